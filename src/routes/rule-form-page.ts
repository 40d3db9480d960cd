/** Shows the form of a retention rule: empty, of a rule, or as it was sent. */
import type { Response } from 'express';
import type { Context } from '../context.ts';
import { currentPopulation } from '../domain/analytics/population.ts';
import type { TypedFields } from '../domain/retention/conditions/kind.ts';
import { isForRules } from '../domain/retention/conditions/segment.ts';
import type { RetentionRule } from '../domain/retention/matching.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { presentRuleForm } from '../presenters/rule.ts';
import { findActiveModel } from '../store/models.ts';
import { noFilter } from '../store/prediction-filters.ts';
import { listChannels, listRules } from '../store/retention-rules.ts';
import { getSettings } from '../store/settings.ts';
import { createPartReader } from './page-parts.ts';
import { listSegments } from '../store/segments.ts';

declare module '../http/render.ts' {
  interface Pages {
    'rules/edit': PageData & ReturnType<typeof presentRuleForm>;
  }
}

type FormEnv = Pick<Context, 'db' | 'log' | 'tasks'>;

export interface ShownRuleForm {
  /** Null: a new one. */
  readonly rule: RetentionRule | null;
  readonly values: TypedFields;
  readonly errors?: PageData['errors'];
}

export async function showRuleForm(
  { db, log, tasks }: FormEnv,
  res: Response,
  { rule, values, errors = [] }: ShownRuleForm,
): Promise<void> {
  const model = await findActiveModel(db);
  const columns = model?.schema.features.map((feature) => feature.name) ?? [];
  const channels = await listChannels(db);
  const { filter: population } = await currentPopulation(db);
  // The form can do without: a figure that is late or cannot be read is left out.
  const totals = await createPartReader(log)('totals', () =>
    tasks.run('sumPredictions', { filter: { ...noFilter, population } }),
  );
  const worth = await getSettings(db);
  const actions = (await listRules(db)).map(({ action }) => action);
  const segments = (await listSegments(db)).filter(isForRules);
  const around = { columns, channels, actions, segments, totals, worth };
  const form = { id: rule?.id ?? null, isExample: rule?.isExample ?? false, values, ...around };
  await render(res, 'rules/edit', (h) => ({ ...presentRuleForm(h, form), errors }));
}
