/** Batches: choosing a file, receiving it, its results, and its removal. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Request, Response } from 'express';
import type { Context } from '../context.ts';
import { receiveBatch } from '../domain/batches/batches.ts';
import { removeBatch } from '../domain/batches/removal.ts';
import { readQuestion } from '../domain/csv/first-line.ts';
import type { FirstLine } from '../domain/csv/first-line.ts';
import { currentFile } from '../domain/sample/first-start.ts';
import { AppError, TryLater } from '../errors.ts';
import { currentUser } from '../http/authenticate.ts';
import { flash } from '../http/flash.ts';
import { receivedFile, receiveFile } from '../http/receive-file.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { idParam } from '../http/validate.ts';
import { presentPredictionRows } from '../presenters/prediction-rows.ts';
import type { PredictionRow } from '../presenters/prediction-rows.ts';
import { presentNewBatch, presentRemoval, presentResults } from '../presenters/batch.ts';
import { hasUnrecognisedValues } from '../presenters/batch-check.ts';
import { getBatch, listBatches, listCorrectionsOf } from '../store/batches.ts';
import type { BatchRecord } from '../store/batches.ts';
import { findActiveModel, findModel } from '../store/models.ts';
import { noFilter } from '../store/prediction-filters.ts';
import { checkOrMatch, stepOf } from './batch-step.ts';

declare module '../http/render.ts' {
  interface Pages {
    'batches/new': PageData & ReturnType<typeof presentNewBatch>;
    'batches/results': PageData &
      ReturnType<typeof presentResults> & { readonly predictions: readonly PredictionRow[] };
    'batches/removal': PageData & ReturnType<typeof presentRemoval>;
  }
}

const recentFiles = 10;
const shownCustomers = 20;

export function createBatchHandlers(context: Context) {
  const { db, config, tasks } = context;

  const showNew = async (res: Response, refusal: AppError | null) => {
    const question = readQuestion(refusal?.message ?? null);
    const message = question ? `${question.text} Answer below and choose the file again.` : refusal?.message;
    const input = {
      model: await findActiveModel(db),
      batches: await listBatches(db, recentFiles),
      maxMegabytes: Math.round(config.maxUploadBytes / 1024 / 1024),
      hasSample: existsSync(join(config.dataDir, currentFile)),
      question,
      errors: message === undefined ? [] : [{ field: 'file', message }],
    };
    await render(
      res,
      'batches/new',
      (h) => ({ title: 'Score a file', ...presentNewBatch(h, input) }),
      refusal?.status,
    );
  };

  return {
    showNew: (_req: Request, res: Response) => showNew(res, null),

    receive: [
      receiveFile(config, 'file'),
      async (req: Request, res: Response) => {
        const env = { db, uploadsDir: config.uploadsDir, user: currentUser(req) };
        const takeIn = (path: string) => tasks.run('takeInTable', { path, firstLine: readFirstLine(req) });
        try {
          const batch = await receiveBatch(env, receivedFile(req), takeIn);
          res.redirect(303, await afterReceiving(context, req, batch));
        } catch (error) {
          if (!(error instanceof AppError) || error instanceof TryLater) throw error;
          await showNew(res, error);
        }
      },
    ],

    show: async (req: Request, res: Response) => {
      res.redirect(303, stepOf(await getBatch(db, idParam(req))));
    },

    showResults: async (req: Request, res: Response) => {
      const batch = await getBatch(db, idParam(req));
      if (batch.state !== 'done') {
        res.redirect(303, stepOf(batch));
        return;
      }
      const filter = { ...noFilter, batch: batch.id };
      const sort = { key: 'probability', descending: true } as const;
      const predictions = await tasks.run('listPredictions', {
        filter,
        sort,
        limit: shownCustomers,
      });
      const results = {
        batch,
        corrections: await listCorrectionsOf(db, batch.id),
        hasUnrecognisedValues: hasUnrecognisedValues(batch.report),
      };
      const title = `Scores of ${batch.originalName}`;
      const model = batch.modelId === null ? undefined : await findModel(db, batch.modelId);
      await render(res, 'batches/results', (h) => ({
        title,
        ...presentResults(h, results),
        predictions: presentPredictionRows(h, predictions, model ? [model] : []),
      }));
    },

    confirmRemoval: async (req: Request, res: Response) => {
      const batch = await getBatch(db, idParam(req));
      const title = `Delete ${batch.originalName}`;
      await render(res, 'batches/removal', (h) => ({ title, ...presentRemoval(h, batch) }));
    },

    remove: async (req: Request, res: Response) => {
      const id = idParam(req);
      const env = { db, uploadsDir: config.uploadsDir, user: currentUser(req) };
      if ((await removeBatch(env, id)) === 'later') {
        res.redirect(303, `/batches/${id}/progress`);
        return;
      }
      flash(
        req,
        'success',
        'The file and its scores are deleted. Earlier scores of its customers count again.',
      );
      res.redirect(303, '/score');
    },
  };
}

function readFirstLine(req: Request): FirstLine | null {
  const { firstLine } = (req.body ?? {}) as Record<string, unknown>;
  return firstLine === 'names' || firstLine === 'data' ? firstLine : null;
}

/** A workbook with several sheets needs a choice first. */
async function afterReceiving({ db }: Context, req: Request, batch: BatchRecord): Promise<string> {
  const { sheet } = batch.format;
  if (sheet && sheet.names.length > 1) return `/batches/${batch.id}/reading`;
  return checkOrMatch(db, currentUser(req), batch);
}
