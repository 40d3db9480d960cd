/** Shows the form of a retention rule: empty, of a rule, or as it was sent. */
import type { Response } from 'express';
import type { Db } from '../db.ts';
import type { TypedFields } from '../domain/retention/conditions/kind.ts';
import type { RetentionRule } from '../domain/retention/matching.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { presentRuleForm } from '../presenters/rule.ts';
import { findActiveModel } from '../store/models.ts';
import { listChannels } from '../store/retention-rules.ts';

declare module '../http/render.ts' {
  interface Pages {
    'rules/edit': PageData & ReturnType<typeof presentRuleForm>;
  }
}

export interface ShownRuleForm {
  /** Null: a new one. */
  readonly rule: RetentionRule | null;
  readonly values: TypedFields;
  readonly errors?: PageData['errors'];
}

export async function showRuleForm(
  db: Db,
  res: Response,
  { rule, values, errors = [] }: ShownRuleForm,
): Promise<void> {
  const model = await findActiveModel(db);
  const columns = model?.schema.features.map((feature) => feature.name) ?? [];
  const channels = await listChannels(db);
  const form = { id: rule?.id ?? null, isExample: rule?.isExample ?? false, values, columns, channels };
  await render(res, 'rules/edit', (h) => ({ ...presentRuleForm(h, form), errors }));
}
