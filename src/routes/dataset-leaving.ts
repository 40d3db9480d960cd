/** When the customers of a dataset leave: the columns that say it, and the curves. */
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { getReady } from '../domain/datasets/datasets.ts';
import { groupColumns, guessStay, timeUnits } from '../domain/datasets/leaving/options.ts';
import type { LeavingOptions } from '../domain/datasets/leaving/options.ts';
import { studyLater, studyOf } from '../domain/datasets/studies/studies.ts';
import { NotFound } from '../errors.ts';
import type { FieldError } from '../errors.ts';
import { currentUser } from '../http/authenticate.ts';
import { sendCsv, sendCsvText } from '../http/csv.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { idParam, limitedText, parseForm, textValues } from '../http/validate.ts';
import { leavingCurvesCsv, presentDatasetLeaving, startYear } from '../presenters/dataset-leaving.ts';
import { getDataset } from '../store/datasets.ts';
import type { Dataset } from '../store/datasets.ts';

declare module '../http/render.ts' {
  interface Pages {
    'datasets/leaving': PageData & ReturnType<typeof presentDatasetLeaving>;
  }
}

const LeavingForm = z.object({
  start: limitedText(200),
  end: limitedText(200),
  tenure: limitedText(200),
  unit: z.enum(timeUnits),
  group: limitedText(200),
});
type LeavingForm = z.infer<typeof LeavingForm>;
type Values = Readonly<Record<string, string>>;

export function createDatasetLeavingHandlers({ db, tasks }: Context) {
  return {
    show: async (req: Request, res: Response) => {
      const dataset = await getDataset(db, idParam(req));
      if (dataset.kind === 'transactions') throw new NotFound('dataset of customers');
      if (dataset.state !== 'ready') {
        res.redirect(303, `/datasets/${dataset.id}?next=leaving`);
        return;
      }
      await showPage(res, dataset, valuesOf(dataset), []);
    },

    study: async (req: Request, res: Response) => {
      const dataset = await getReady(db, idParam(req));
      if (dataset.kind === 'transactions') throw new NotFound('dataset of customers');
      const form = parseForm(LeavingForm, req.body);
      const errors = form.ok ? problemsOf(dataset, form.data) : form.errors;
      if (!form.ok || errors.length > 0) {
        await showPage(res, dataset, textValues(req.body), errors);
        return;
      }
      await studyLater(db, currentUser(req), dataset.id, { kind: 'leaving', options: optionsOf(form.data) });
      res.redirect(303, `/datasets/${dataset.id}/leaving`);
    },

    downloadCurves: async (req: Request, res: Response) => {
      const dataset = await getDataset(db, idParam(req));
      const result = studyOf(dataset, 'leaving')?.result ?? null;
      if (result === null) throw new NotFound('study of when customers leave');
      const { header, rows } = leavingCurvesCsv(result);
      await sendCsv(res, `leaving-curves-${dataset.id}.csv`, header, rows);
    },

    download: async (req: Request, res: Response) => {
      const { id } = await getDataset(db, idParam(req));
      sendCsvText(res, `leaving-${id}.csv`, await tasks.run('leavingCsv', { id }));
    },
  };
}

async function showPage(
  res: Response,
  dataset: Dataset,
  values: Values,
  errors: readonly FieldError[],
): Promise<void> {
  const study = studyOf(dataset, 'leaving');
  await render(res, 'datasets/leaving', (h) => ({
    title: `When customers of ${dataset.name} leave`,
    errors,
    ...presentDatasetLeaving(h, { dataset, study, values }),
    isWaiting: study?.result === null && study.error === null,
  }));
}

function problemsOf(dataset: Dataset, { start, end, tenure, group }: LeavingForm): FieldError[] {
  const problems: FieldError[] = [];
  const hasDates = start !== '' || end !== '';
  const noStay = 'Choose a start date and an end date, or a column with the time that customers have stayed.';
  if (hasDates && tenure !== '')
    problems.push({ field: 'tenure', message: 'Choose dates or a column with the time, not both.' });
  else if (hasDates && start === '') problems.push({ field: 'start', message: 'Choose the start date.' });
  else if (hasDates && end === '') problems.push({ field: 'end', message: 'Choose the end date.' });
  else if (!hasDates && tenure === '') problems.push({ field: 'start', message: noStay });
  else if (!hasDates && dataset.label === null)
    problems.push({
      field: 'tenure',
      message: 'Choose a churn label first, so that it is known which customers left.',
    });
  if (hasDates && start === end && start !== '')
    problems.push({ field: 'end', message: 'Choose another column than the start date.' });
  if (group === startYear && !hasDates)
    problems.push({ field: 'group', message: 'The year of the start needs a start date and an end date.' });
  const names = dataset.columns.map(({ name }) => name);
  for (const [field, name] of Object.entries({ start, end, tenure }))
    if (name !== '' && !names.includes(name))
      problems.push({ field, message: `There is no column '${name}'.` });
  const isGroup =
    group === '' || group === startYear || groupColumns(dataset).some(({ name }) => name === group);
  if (!isGroup) problems.push({ field: 'group', message: `Customers cannot be compared by '${group}'.` });
  return problems;
}

function optionsOf({ start, end, tenure, unit, group }: LeavingForm): LeavingOptions {
  return {
    stay: start === '' ? { kind: 'tenure', column: tenure, unit } : { kind: 'dates', start, end },
    groupBy:
      group === '' ? null : group === startYear ? { kind: 'start-year' } : { kind: 'column', column: group },
  };
}

function valuesOf(dataset: Dataset): Values {
  const options = studyOf(dataset, 'leaving')?.options;
  if (!options) return { ...guessStay(dataset) };
  const { stay, groupBy } = options;
  const group = groupBy === null ? '' : groupBy.kind === 'column' ? groupBy.column : startYear;
  return stay.kind === 'dates'
    ? { start: stay.start, end: stay.end, group }
    : { tenure: stay.column, unit: stay.unit, group };
}
