/** The step 'Churn label': a column, or a rule that is compared with others before it is used. */
import type { Request, Response } from 'express';
import type { Context } from '../context.ts';
import { defineLabel, getReady } from '../domain/datasets/datasets.ts';
import { compareLater, comparisonOf } from '../domain/datasets/labels/comparison.ts';
import { describeLabel, readLabel } from '../domain/datasets/labels/definition.ts';
import type { LabelDefinition } from '../domain/datasets/labels/definition.ts';
import { Unprocessable } from '../errors.ts';
import type { FieldError } from '../errors.ts';
import { currentUser } from '../http/authenticate.ts';
import { flash } from '../http/flash.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { idParam, textValues } from '../http/validate.ts';
import { isSameLevel } from '../ml/data/levels.ts';
import { presentDatasetLabel } from '../presenters/dataset-label.ts';
import type { LabelRecord } from '../presenters/dataset-label.ts';
import { getDataset } from '../store/datasets.ts';
import type { Dataset } from '../store/datasets.ts';
import { readRuleForm, ruleSlots, ruleValues } from './proxy-label-form.ts';

declare module '../http/render.ts' {
  interface Pages {
    'datasets/label': PageData & ReturnType<typeof presentDatasetLabel>;
  }
}

type Values = Readonly<Record<string, string>>;

export function createDatasetLabelHandlers({ db }: Context) {
  return {
    show: async (req: Request, res: Response) => {
      const dataset = await getDataset(db, idParam(req));
      if (dataset.state !== 'ready') {
        res.redirect(303, `/datasets/${dataset.id}?next=label`);
        return;
      }
      await showPage(res, dataset, storedValues(dataset), []);
    },

    save: async (req: Request, res: Response) => {
      const dataset = await getReady(db, idParam(req));
      const values = textValues(req.body);
      await orShowErrors(res, dataset, values, async () => {
        const label = values['how'] === 'rule' ? readProxy(dataset, values) : readChoice(dataset, values);
        await defineLabel(db, currentUser(req), dataset.id, label);
        flash(req, 'success', `Churn label: ${describeLabel(label)}.`);
        res.redirect(303, `/datasets/${dataset.id}/training`);
      });
    },

    compare: async (req: Request, res: Response) => {
      const dataset = await getReady(db, idParam(req));
      const values = textValues(req.body);
      await orShowErrors(res, dataset, values, async () => {
        await compareLater(db, currentUser(req), dataset.id, readRuleForm(values, dataset));
        res.redirect(303, `/datasets/${dataset.id}/label#comparison`);
      });
    },
  };
}

/** Does the work; where the form has errors, shows it again with them. */
async function orShowErrors(
  res: Response,
  dataset: Dataset,
  values: Values,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Unprocessable)) throw error;
    await showPage(res, dataset, values, error.errors);
  }
}

async function showPage(
  res: Response,
  dataset: Dataset,
  values: Values,
  errors: readonly FieldError[],
): Promise<void> {
  const record: LabelRecord = {
    dataset,
    label: readLabel(dataset.label),
    comparison: comparisonOf(dataset),
    profile: dataset.profile,
    values,
    errors,
    slots: ruleSlots,
  };
  const isComparing = record.comparison?.results === null && record.comparison.error === null;
  await render(res, 'datasets/label', (h) => ({
    title: `Churn label of ${dataset.name}`,
    errors,
    ...presentDatasetLabel(h, record),
    isWaiting: isComparing,
  }));
}

function storedValues(dataset: Dataset): Values {
  const label = readLabel(dataset.label);
  const rule = comparisonOf(dataset)?.rule ?? (label?.kind === 'proxy' ? label.rule : null);
  const choice = label?.kind === 'column' ? choiceOf(dataset, label) : '';
  return { choice, ...(rule ? ruleValues(rule, dataset) : {}) };
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
      { field: 'choice', message: 'Choose a column and the level that means a customer left.' },
    ]);
  return { kind: 'column', column: column.name, positive };
}

function choiceOf(dataset: Dataset, { column, positive }: { column: string; positive: string }): string {
  const place = dataset.columns.findIndex(({ name }) => name === column);
  return `${place}:${dataset.columns[place]?.levels.findIndex((level) => isSameLevel(level, positive)) ?? 0}`;
}
