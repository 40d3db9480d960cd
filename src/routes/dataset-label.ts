/** Who left: a column that says so, or a rule; definitions side by side before one is trusted. */
import type { Request, Response } from 'express';
import type { Context } from '../context.ts';
import { compareLater, comparisonOf } from '../domain/datasets/labels/comparison.ts';
import type { LabelComparison } from '../domain/datasets/labels/comparison.ts';
import type { DatasetProfile } from '../domain/datasets/profile/profile.ts';
import { defineLabel, getReady } from '../domain/datasets/datasets.ts';
import { describeLabel, readLabel } from '../domain/datasets/labels/definition.ts';
import type { LabelDefinition } from '../domain/datasets/labels/definition.ts';
import { findLabelProblem } from '../domain/datasets/labels/problem.ts';
import type { LabelProblem } from '../domain/datasets/labels/problem.ts';
import { describeProxy } from '../domain/datasets/labels/proxy-label.ts';
import type { ProxyRule } from '../domain/datasets/labels/proxy-label.ts';
import { Unprocessable } from '../errors.ts';
import type { FieldError } from '../errors.ts';
import { currentUser } from '../http/authenticate.ts';
import { flash } from '../http/flash.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { idParam, textValues } from '../http/validate.ts';
import { isSameLevel } from '../ml/data/levels.ts';
import { positiveLevelOf } from '../ml/data/schema-inference.ts';
import { getDataset } from '../store/datasets.ts';
import type { Dataset, DatasetColumn } from '../store/datasets.ts';
import { conditionKinds } from '../domain/datasets/labels/condition-kinds.ts';
import { readRuleForm, ruleSlots, ruleValues } from './proxy-label-form.ts';

declare module '../http/render.ts' {
  interface Pages {
    'datasets/label': PageData & {
      readonly dataset: Dataset;
      readonly label: LabelDefinition | null;
      /** In words. */
      readonly current: string | null;
      /** Columns that could say who left, likely ones first; a level each that probably means it. */
      readonly candidates: readonly {
        readonly column: DatasetColumn;
        readonly place: number;
        readonly likely: string | null;
        /** One a level. */
        readonly counts: readonly LevelCounts[];
        /** Spellings that are read as one level, one text a level; empty where there is one way to write each. */
        readonly spellings: readonly string[];
      }[];
      /** Rows that the counts were made from. */
      readonly countedRows: number;
      /** A column whose name promises a label, and what to do about it; null when a label is defined. */
      readonly labelProblem: LabelProblem | null;
      /** Place of a column whose filled cells would say who left, for a rule made by one click. */
      readonly filledPlace: number | null;
      readonly values: Readonly<Record<string, string>>;
      readonly comparison: LabelComparison | null;
      readonly describe: (rule: ProxyRule) => string;
      readonly kinds: readonly { readonly value: string; readonly label: string }[];
      readonly slots: typeof ruleSlots;
    };
  }
}

/** What choosing a level would mean; null where it was not counted. */
interface LevelCounts {
  readonly left: number | null;
  readonly stayed: number | null;
}

const maxLabelLevels = 12;
type Values = Readonly<Record<string, string>>;

export function createDatasetLabelHandlers({ db }: Context) {
  const showPage = async (res: Response, dataset: Dataset, values: Values, errors: readonly FieldError[]) => {
    const label = readLabel(dataset.label);
    const comparison = comparisonOf(dataset);
    const problem = label === null ? findLabelProblem(dataset.columns) : null;
    const isComparing = comparison?.results === null && comparison.error === null;
    await render(
      res,
      'datasets/label',
      {
        title: `Who left: ${dataset.name}`,
        dataset,
        label,
        current: label && describeLabel(label),
        candidates: candidatesOf(dataset, label),
        countedRows: profileOf(dataset)?.rows ?? 0,
        labelProblem: problem,
        filledPlace: problem && placeOfFilled(dataset, problem),
        values,
        comparison,
        describe: describeProxy,
        kinds: Object.entries(conditionKinds).map(([value, { label }]) => ({ value, label })),
        slots: ruleSlots,
        errors,
        ...(isComparing ? { refreshSeconds: 2, scripts: ['reload-page'] } : {}),
      },
      errors.length > 0 ? 422 : 200,
    );
  };

  const tell = async (res: Response, dataset: Dataset, values: Values, error: unknown) => {
    if (!(error instanceof Unprocessable)) throw error;
    await showPage(res, dataset, values, error.errors);
  };

  return {
    show: async (req: Request, res: Response) => {
      const dataset = await getDataset(db, idParam(req));
      if (dataset.state !== 'ready') {
        res.redirect(303, `/datasets/${dataset.id}?next=label`);
        return;
      }
      const label = readLabel(dataset.label);
      const rule = comparisonOf(dataset)?.rule ?? (label?.kind === 'proxy' ? label.rule : null);
      const choice = label?.kind === 'column' ? choiceOf(dataset, label) : '';
      await showPage(res, dataset, { choice, ...(rule ? ruleValues(rule, dataset) : {}) }, []);
    },

    save: async (req: Request, res: Response) => {
      const dataset = await getReady(db, idParam(req));
      const values = textValues(req.body);
      try {
        const label = values['how'] === 'rule' ? readProxy(dataset, values) : readChoice(dataset, values);
        await defineLabel(db, currentUser(req), dataset.id, label);
        flash(req, 'success', `Who left is said: ${describeLabel(label)}.`);
        res.redirect(303, `/datasets/${dataset.id}/training`);
      } catch (error) {
        await tell(res, dataset, values, error);
      }
    },

    compare: async (req: Request, res: Response) => {
      const dataset = await getReady(db, idParam(req));
      const values = textValues(req.body);
      try {
        await compareLater(db, currentUser(req), dataset.id, readRuleForm(values, dataset));
        res.redirect(303, `/datasets/${dataset.id}/label#comparison`);
      } catch (error) {
        await tell(res, dataset, values, error);
      }
    },
  };
}

function readProxy(dataset: Dataset, values: Values): LabelDefinition {
  return { kind: 'proxy', rule: readRuleForm(values, dataset) };
}

/** The choice is `PLACE:LEVEL`, the place of a level among the column's. */
function readChoice(dataset: Dataset, values: Values): LabelDefinition {
  const [, place = '', level = ''] = /^(\d{1,4}):(\d{1,3})$/.exec(values['choice'] ?? '') ?? [];
  const column = place === '' ? undefined : dataset.columns[Number(place)];
  const positive = column?.levels[Number(level)];
  if (!column || positive === undefined)
    throw new Unprocessable([
      { field: 'choice', message: 'Choose the column and the level that say that a customer left.' },
    ]);
  return { kind: 'column', column: column.name, positive };
}

function choiceOf(dataset: Dataset, { column, positive }: { column: string; positive: string }): string {
  const place = dataset.columns.findIndex(({ name }) => name === column);
  return `${place}:${dataset.columns[place]?.levels.findIndex((level) => isSameLevel(level, positive)) ?? 0}`;
}

function candidatesOf(dataset: Dataset, label: LabelDefinition | null) {
  const weight = ({ name, role, levels }: DatasetColumn): number =>
    Number(label?.kind === 'column' && label.column === name) * 4 +
    Number(role === 'label') * 2 +
    Number(positiveLevelOf(levels) !== null);
  return dataset.columns
    .map((column, place) => ({
      ...{ column, place, likely: positiveLevelOf(column.levels) },
      ...countsOf(dataset, column),
    }))
    .filter(({ column }) => column.levels.length >= 2 && column.levels.length <= maxLabelLevels)
    .sort((a, b) => weight(b.column) - weight(a.column));
}

function countsOf(
  dataset: Dataset,
  { name, levels }: DatasetColumn,
): { counts: LevelCounts[]; spellings: string[] } {
  const groups = profileOf(dataset)?.columns.find((column) => column.name === name)?.groups ?? [];
  const sizes = levels.map((level) => groups.find((group) => isSameLevel(group.name, level))?.count ?? null);
  const all = sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
  const isCounted = sizes.every((size) => size !== null);
  return {
    counts: sizes.map((left) => (isCounted ? { left, stayed: all - left! } : { left: null, stayed: null })),
    spellings: groups.flatMap(({ name: level, alsoWritten = [] }) =>
      alsoWritten.length === 0 ? [] : [[level, ...alsoWritten].map((text) => `‘${text}’`).join(', ')],
    ),
  };
}

function placeOfFilled(dataset: Dataset, { column }: LabelProblem): number | null {
  const place = dataset.columns.findIndex(({ name }) => name === column);
  const { type, distinct, missing } = dataset.columns[place]!;
  return missing > 0 && (type === 'date' || distinct === 1) ? place : null;
}

function profileOf({ profile }: Dataset): DatasetProfile | null {
  return profile as DatasetProfile | null;
}
