/** Datasets: the list, the upload, the page of one, and its template. */
import { join } from 'node:path';
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { byteOrderMark, safeLine } from '../domain/csv/writer.ts';
import { readLabel } from '../domain/datasets/labels/definition.ts';
import type { DatasetProfile } from '../domain/datasets/profile/profile.ts';
import { currentFileOf } from '../domain/datasets/customers-from-transactions/building.ts';
import { answerFirstLine, receiveDataset } from '../domain/datasets/datasets.ts';
import { readQuestion } from '../domain/csv/first-line.ts';
import { AppError, Unprocessable } from '../errors.ts';
import { currentUser } from '../http/authenticate.ts';
import { receivedFile, receiveFile } from '../http/receive-file.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { idParam, limitedText, parseForm } from '../http/validate.ts';
import { presentDataset } from '../presenters/dataset.ts';
import type { DatasetRecord } from '../presenters/dataset.ts';
import { presentDatasetList } from '../presenters/dataset-list.ts';
import type { DatasetListRecord } from '../presenters/dataset-list.ts';
import { getDataset, listDatasets, listVersions } from '../store/datasets.ts';
import type { Dataset } from '../store/datasets.ts';
import { listTrainingsOf } from '../store/trainings.ts';
import { openFiles } from '../store/files/open-files.ts';

declare module '../http/render.ts' {
  interface Pages {
    'datasets/list': PageData & ReturnType<typeof presentDatasetList>;
    'datasets/show': PageData & ReturnType<typeof presentDataset>;
  }
}

const UploadForm = z.object({
  name: limitedText(200).default(''),
  kind: z.enum(['customers', 'transactions']).default('customers'),
  versionOf: z.coerce.number().int().positive().nullable().catch(null),
});

const FirstLineForm = z.object({ firstLine: z.enum(['names', 'data']) });

/** Steps to continue with once the file has been read. */
const steps = ['columns', 'label', 'training', 'customers', 'leaving', 'exploration', 'purchases'] as const;

export function createDatasetHandlers(context: Context) {
  const { db, config } = context;

  const listPage = async (res: Response, change: Partial<DatasetListRecord> = {}, status = 200) => {
    const { maxUploadBytes } = config;
    const datasets = await listDatasets(db);
    const record = { datasets, maxUploadBytes, values: {}, versionOf: null, errors: [], ...change };
    const { versionOf, errors } = record;
    const title = versionOf === null ? 'Datasets' : `A new version of ${versionOf.name}`;
    await render(res, 'datasets/list', (h) => ({ title, errors, ...presentDatasetList(h, record) }), status);
  };

  return {
    list: async (_req: Request, res: Response) => {
      await listPage(res);
    },

    showVersion: async (req: Request, res: Response) => {
      await listPage(res, { versionOf: await getDataset(db, idParam(req)) });
    },

    receive: [
      receiveFile({ db, config }, 'file'),
      async (req: Request, res: Response) => {
        const form = parseForm(UploadForm, req.body);
        const upload = form.ok ? form.data : { name: '', kind: 'customers' as const, versionOf: null };
        try {
          const id = await receiveDataset(db, config, currentUser(req), { ...receivedFile(req), ...upload });
          res.redirect(303, `/datasets/${id}`);
        } catch (error) {
          if (!(error instanceof AppError)) throw error;
          const versionOf = upload.versionOf === null ? null : await getDataset(db, upload.versionOf);
          const values = { name: upload.name, kind: upload.kind };
          const errors = [{ field: 'file', message: error.message }];
          await listPage(res, { values, versionOf, errors }, error.status);
        }
      },
    ],

    show: async (req: Request, res: Response) => {
      const dataset = await getDataset(db, idParam(req));
      const next = steps.find((step) => step === req.query['next']);
      if (next && dataset.state === 'ready') {
        const { page: asked } = req.query;
        const page = typeof asked === 'string' ? /^\d{1,2}$/.exec(asked)?.[0] : undefined;
        res.redirect(303, `/datasets/${dataset.id}/${next}${page === undefined ? '' : `?page=${page}`}`);
        return;
      }
      const record = await recordOf(context, dataset);
      await render(res, 'datasets/show', (h) => ({
        title: dataset.name,
        ...presentDataset(h, record),
        isWaiting: dataset.state === 'reading',
      }));
    },

    answerFirstLine: async (req: Request, res: Response) => {
      const form = parseForm(FirstLineForm, req.body);
      if (!form.ok) throw new Unprocessable(form.errors);
      await answerFirstLine(db, currentUser(req), idParam(req), form.data.firstLine);
      res.redirect(303, `/datasets/${idParam(req)}`);
    },

    /** An empty file with the dataset's columns. */
    template: async (req: Request, res: Response) => {
      const { columns } = await getDataset(db, idParam(req));
      const names = columns.map(({ name }) => name);
      res
        .attachment('holdfast-template.csv')
        .type('text/csv')
        .send(byteOrderMark + safeLine(names, { lineEnd: '\r\n' }));
    },
  };
}

async function recordOf({ db, config }: Context, dataset: Dataset): Promise<DatasetRecord> {
  return {
    dataset,
    label: readLabel(dataset.label),
    profile: dataset.profile as DatasetProfile | null,
    versions: await listVersions(db, dataset.seriesId),
    trainings: await listTrainingsOf(db, dataset.id),
    question: dataset.state === 'failed' ? readQuestion(dataset.error) : null,
    hasCurrent: await openFiles(config).has(db, join(config.dataDir, currentFileOf(dataset))),
  };
}
