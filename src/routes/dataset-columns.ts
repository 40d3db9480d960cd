/** The step 'Columns': an analyst confirms the type and use of each column. */
import type { Request, Response } from 'express';
import type { Context } from '../context.ts';
import { confirmColumns, getReady } from '../domain/datasets/datasets.ts';
import { readLabel } from '../domain/datasets/labels/definition.ts';
import { currentUser } from '../http/authenticate.ts';
import { flash } from '../http/flash.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { idParam, textValues } from '../http/validate.ts';
import { getDataset } from '../store/datasets.ts';
import type { Dataset } from '../store/datasets.ts';
import { columnValues, pageSize, readColumnsForm } from './dataset-column-form.ts';
import { presentDatasetColumns } from '../presenters/dataset-columns.ts';
import type { ColumnsRecord } from '../presenters/dataset-columns.ts';

declare module '../http/render.ts' {
  interface Pages {
    'datasets/columns': PageData & ReturnType<typeof presentDatasetColumns>;
  }
}

export function createDatasetColumnHandlers({ db }: Context) {
  return {
    show: async (req: Request, res: Response) => {
      const dataset = await getDataset(db, idParam(req));
      if (dataset.state !== 'ready') {
        const page = Number(req.query['page']);
        const place = Number.isSafeInteger(page) && page > 1 ? `&page=${page}` : '';
        res.redirect(303, `/datasets/${dataset.id}?next=columns${place}`);
        return;
      }
      await showPage(res, dataset, {
        page: pageOf(req.query['page'], dataset),
        values: columnValues(dataset),
        errors: [],
      });
    },

    save: async (req: Request, res: Response) => {
      const dataset = await getReady(db, idParam(req));
      const values = textValues(req.body);
      const page = pageOf(values['page'], dataset);
      const { name, columns, errors } = readColumnsForm(dataset, (page - 1) * pageSize, values);
      if (errors.length > 0) {
        await showPage(res, dataset, { page, values, errors });
        return;
      }
      await confirmColumns(db, currentUser(req), dataset.id, { name, columns });
      const isLast = page * pageSize >= dataset.columns.length;
      if (isLast) flash(req, 'success', 'The columns are confirmed.');
      res.redirect(303, isLast ? nextStep(dataset) : `/datasets/${dataset.id}/columns?page=${page + 1}`);
    },
  };
}

type PageState = Pick<ColumnsRecord, 'page' | 'values' | 'errors'>;

async function showPage(res: Response, dataset: Dataset, state: PageState): Promise<void> {
  const record: ColumnsRecord = {
    dataset,
    profile: dataset.profile,
    label: readLabel(dataset.label),
    pageSize,
    ...state,
  };
  const { errors } = state;
  await render(res, 'datasets/columns', (h) => ({
    title: `Columns of ${dataset.name}`,
    errors,
    ...presentDatasetColumns(h, record),
  }));
}

function nextStep({ id, kind }: Dataset): string {
  return `/datasets/${id}/${kind === 'transactions' ? 'customers' : 'label'}`;
}

function pageOf(value: unknown, dataset: Dataset): number {
  const page = Number(value ?? 1);
  const pages = Math.max(1, Math.ceil(dataset.columns.length / pageSize));
  return Number.isSafeInteger(page) && page >= 1 && page <= pages ? page : 1;
}
