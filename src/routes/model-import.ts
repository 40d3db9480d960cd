/** Importing a model of another program. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { bringDataset, nameOfFile, registerOutside } from '../domain/import/import.ts';
import { AppError, Unprocessable } from '../errors.ts';
import type { FieldError } from '../errors.ts';
import { currentUser } from '../http/authenticate.ts';
import { flash } from '../http/flash.ts';
import { receivedFile, receiveFile } from '../http/receive-file.ts';
import type { ReceivedFile } from '../http/receive-file.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { parseForm, textValues } from '../http/validate.ts';
import { presentModelImport } from '../presenters/model-import.ts';
import type { ModelImportPage } from '../presenters/model-import.ts';
import { listDatasets } from '../store/datasets.ts';

declare module '../http/render.ts' {
  interface Pages {
    'models/import': PageData & ModelImportPage;
  }
}

const ImportForm = z.object({
  dataset: z.coerce.number().int().min(1, 'Choose a dataset.'),
  seen: z.enum(['no', 'perhaps'], 'Say whether the model has learned from these customers.'),
});

const noFile = { field: 'file', message: 'Choose a file first.' };

export function createModelImportHandlers(context: Context) {
  const { db, config, tasks } = context;
  return {
    show: async (_req: Request, res: Response) => {
      await showPage(context, res, {}, []);
    },

    receive: [
      receiveFile({ db, config }, 'file'),
      async (req: Request, res: Response) => {
        try {
          const model = await importReceived(req);
          flash(
            req,
            'success',
            `${model.label} imported and measured. It scores nobody until it is activated.`,
          );
          res.redirect(303, `/models/${model.id}`);
        } catch (error) {
          if (!(error instanceof AppError)) throw error;
          const errors =
            error instanceof Unprocessable ? error.errors : [{ field: 'file', message: error.message }];
          await showPage(context, res, textValues(req.body), errors);
        }
      },
    ],
  };

  /** The file is gone before the answer, whatever becomes of it. */
  async function importReceived(req: Request) {
    const form = parseForm(ImportForm, req.body);
    if (!req.file && !form.ok) throw new Unprocessable([noFile, ...form.errors]);
    const received = receivedFile(req);
    try {
      if (!form.ok) throw new Unprocessable(form.errors);
      return await importFile(currentUser(req).id, received, form.data);
    } finally {
      await rm(join(config.uploadsDir, received.file), { force: true });
    }
  }

  async function importFile(
    userId: number,
    { file, originalName }: ReceivedFile,
    { dataset: datasetId, seen }: z.infer<typeof ImportForm>,
  ) {
    const mayHaveSeen = seen === 'perhaps';
    await bringDataset(db, config, datasetId);
    const model = await tasks.run('measureOutside', { file, datasetId, mayHaveSeen });
    return registerOutside(db, config, model, { userId, name: nameOfFile(originalName), datasetId });
  }
}

async function showPage(
  { db }: Context,
  res: Response,
  values: Readonly<Record<string, string>>,
  errors: readonly FieldError[],
): Promise<void> {
  const datasets = (await listDatasets(db)).filter(({ state, label }) => state === 'ready' && label !== null);
  const title = 'Import a model of another program';
  await render(res, 'models/import', () => ({ title, ...presentModelImport(datasets, values, errors) }));
}
