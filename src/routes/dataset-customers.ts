/** The step 'Customers' of a dataset of transactions: builds one row per customer. */
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Context } from '../context.ts';
import {
  buildCustomersLater,
  compareHorizonsLater,
  bringCurrentCustomers,
  guessTransactionColumns,
  horizonsOf,
} from '../domain/datasets/customers-from-transactions/building.ts';
import { getReady } from '../domain/datasets/datasets.ts';
import { TransactionLabel } from '../domain/datasets/customers-from-transactions/cut-off.ts';
import { NotFound, Unprocessable } from '../errors.ts';
import type { FieldError } from '../errors.ts';
import { currentUser } from '../http/authenticate.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { idParam, limitedText, parseForm, textValues } from '../http/validate.ts';
import { presentDatasetCustomers } from '../presenters/dataset-customers.ts';
import { getDataset } from '../store/datasets.ts';
import type { Dataset } from '../store/datasets.ts';

declare module '../http/render.ts' {
  interface Pages {
    'datasets/customers': PageData & ReturnType<typeof presentDatasetCustomers>;
  }
}

const dayCount = z.coerce
  .number('Enter a number of days.')
  .int('Enter a whole number of days.')
  .min(1, 'Enter at least 1 day.')
  .max(3_650, 'Enter at most 3,650 days.');

const CustomersForm = z.object({
  customer: limitedText(200).min(1, 'Choose the column with the customer ID.'),
  date: limitedText(200).min(1, 'Choose the column with the date.'),
  amount: limitedText(200).min(1, 'Choose the column with the amount.'),
  category: limitedText(200).transform((text) => text || null),
  cutoff: limitedText(30).transform((text) => text || null),
  horizonDays: dayCount,
  activeDays: z.preprocess((text) => (text === '' ? null : text), dayCount.nullable()),
  revenue: z.enum(['recorded', 'expected']).catch('recorded'),
});

type Values = Readonly<Record<string, string>>;

export function createDatasetCustomersHandlers({ db, config }: Context) {
  /** Reads the form and does the work; shows the errors on the same page. */
  const withOptions =
    (work: (req: Request, dataset: Dataset, options: TransactionLabel) => Promise<string>) =>
    async (req: Request, res: Response) => {
      const dataset = await getReady(db, idParam(req));
      try {
        res.redirect(303, await work(req, dataset, readOptions(req.body)));
      } catch (error) {
        if (!(error instanceof Unprocessable)) throw error;
        await showPage(res, dataset, textValues(req.body), error.errors);
      }
    };

  return {
    show: async (req: Request, res: Response) => {
      const dataset = await getDataset(db, idParam(req));
      if (dataset.state !== 'ready') {
        res.redirect(303, `/datasets/${dataset.id}?next=customers`);
        return;
      }
      if (dataset.kind !== 'transactions') throw new NotFound('dataset of transactions');
      await showPage(res, dataset, valuesOf(dataset), []);
    },

    compare: withOptions(async (req, { id }, options) => {
      await compareHorizonsLater(db, currentUser(req), id, options);
      return `/datasets/${id}/customers#comparison`;
    }),

    build: withOptions(async (req, { id }, options) => {
      const built = await buildCustomersLater(db, currentUser(req), id, options);
      return `/datasets/${built}`;
    }),

    /** The customers of the last day, without a label, to be scored with a model of this dataset. */
    downloadCurrent: async (req: Request, res: Response) => {
      const path = await bringCurrentCustomers(db, config, await getDataset(db, idParam(req)));
      res.attachment('customers-to-score.csv').type('text/csv');
      res.sendFile(path, { dotfiles: 'allow' });
    },
  };
}

async function showPage(
  res: Response,
  dataset: Dataset,
  values: Values,
  errors: readonly FieldError[],
): Promise<void> {
  const horizons = horizonsOf(dataset);
  const isComparing = horizons?.result === null && horizons.error === null;
  await render(res, 'datasets/customers', (h) => ({
    title: `Customers of ${dataset.name}`,
    errors,
    ...presentDatasetCustomers(h, { dataset, horizons, values }),
    isWaiting: isComparing,
  }));
}

/** @throws Unprocessable with every problem */
function readOptions(body: unknown): TransactionLabel {
  const form = parseForm(CustomersForm, body);
  if (!form.ok) throw new Unprocessable(form.errors);
  const { revenue, ...chosen } = form.data;
  const result = TransactionLabel.safeParse({ ...chosen, expectedSpend: revenue === 'expected' });
  if (result.success) return result.data;
  throw new Unprocessable(
    result.error.issues.map(({ path, message }) => ({ field: String(path[0]), message })),
  );
}

function valuesOf(dataset: Dataset): Record<string, string> {
  const options = horizonsOf(dataset)?.options;
  if (!options) return { ...guessTransactionColumns(dataset), horizonDays: '60' };
  const texts = Object.entries(options).map(([name, value]) => [name, String(value ?? '')]);
  const revenue = options.expectedSpend === true ? 'expected' : 'recorded';
  return { ...(Object.fromEntries(texts) as Record<string, string>), revenue };
}
