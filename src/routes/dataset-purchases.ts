/** The purchases of a dataset of transactions: who still buys, and what they are expected to be worth. */
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { guessTransactionColumns } from '../domain/datasets/customers-from-transactions/building.ts';
import { getReady } from '../domain/datasets/datasets.ts';
import { studyLater, studyOf } from '../domain/datasets/studies/studies.ts';
import { NotFound } from '../errors.ts';
import type { FieldError } from '../errors.ts';
import { currentUser } from '../http/authenticate.ts';
import { sendCsvText } from '../http/csv.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { idParam, limitedText, parseForm, textValues } from '../http/validate.ts';
import { presentDatasetPurchases } from '../presenters/dataset-purchases.ts';
import { getDataset } from '../store/datasets.ts';
import type { Dataset } from '../store/datasets.ts';

declare module '../http/render.ts' {
  interface Pages {
    'datasets/purchases': PageData & ReturnType<typeof presentDatasetPurchases>;
  }
}

const PurchasesForm = z.object({
  customer: limitedText(200).min(1, 'Choose the column with the customer ID.'),
  date: limitedText(200).min(1, 'Choose the column with the date.'),
  amount: limitedText(200).min(1, 'Choose the column with the amount.'),
  aheadDays: z.coerce
    .number('Enter a number of days.')
    .int('Enter a whole number of days.')
    .min(1, 'Enter at least 1 day.')
    .max(3_650, 'Enter at most 3,650 days.'),
});

export function createDatasetPurchasesHandlers({ db, tasks }: Context) {
  return {
    show: async (req: Request, res: Response) => {
      const dataset = await getDataset(db, idParam(req));
      if (dataset.kind !== 'transactions') throw new NotFound('dataset of transactions');
      if (dataset.state !== 'ready') {
        res.redirect(303, `/datasets/${dataset.id}?next=purchases`);
        return;
      }
      await showPage(res, dataset, valuesOf(dataset), []);
    },

    study: async (req: Request, res: Response) => {
      const dataset = await getReady(db, idParam(req));
      if (dataset.kind !== 'transactions') throw new NotFound('dataset of transactions');
      const form = parseForm(PurchasesForm, req.body);
      const names = dataset.columns.map(({ name }) => name);
      const errors = form.ok ? missingColumns(names, form.data) : form.errors;
      if (!form.ok || errors.length > 0) {
        await showPage(res, dataset, textValues(req.body), errors);
        return;
      }
      await studyLater(db, currentUser(req), dataset.id, { kind: 'purchases', options: form.data });
      res.redirect(303, `/datasets/${dataset.id}/purchases`);
    },

    download: async (req: Request, res: Response) => {
      const { id } = await getDataset(db, idParam(req));
      sendCsvText(res, `purchases-${id}.csv`, await tasks.run('purchasesCsv', { id }));
    },
  };
}

async function showPage(
  res: Response,
  dataset: Dataset,
  values: Readonly<Record<string, string>>,
  errors: readonly FieldError[],
): Promise<void> {
  const study = studyOf(dataset, 'purchases');
  await render(res, 'datasets/purchases', (h) => ({
    title: `Purchases of ${dataset.name}`,
    errors,
    ...presentDatasetPurchases(h, { dataset, study, values }),
    isWaiting: study?.result === null && study.error === null,
  }));
}

function missingColumns(
  names: readonly string[],
  { customer, date, amount }: z.infer<typeof PurchasesForm>,
): FieldError[] {
  return Object.entries({ customer, date, amount }).flatMap(([field, name]) =>
    names.includes(name) ? [] : [{ field, message: `There is no column '${name}'.` }],
  );
}

function valuesOf(dataset: Dataset): Record<string, string> {
  const options = studyOf(dataset, 'purchases')?.options;
  return options
    ? { ...options, aheadDays: String(options.aheadDays) }
    : { ...guessTransactionColumns(dataset), aheadDays: '365' };
}
