/** Batches: choosing a file, receiving it, and the way to its current step. */
import { join } from 'node:path';
import type { Request, Response } from 'express';
import type { Context } from '../context.ts';
import {
  checkAndScoreLater,
  checkBatchLater,
  receiveBatch,
  openUploadStore,
} from '../domain/batches/batches.ts';
import { readQuestion } from '../domain/csv/first-line.ts';
import type { FirstLine } from '../domain/csv/first-line.ts';
import { currentFile } from '../domain/sample/first-start.ts';
import { AppError, TryLater } from '../errors.ts';
import { currentUser } from '../http/authenticate.ts';
import { receivedFile, receiveFile } from '../http/receive-file.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { idParam } from '../http/validate.ts';
import { presentNewBatch } from '../presenters/batch.ts';
import { getBatch, listBatches } from '../store/batches.ts';
import type { BatchRecord } from '../store/batches.ts';
import { findActiveModel } from '../store/models.ts';
import { checkOrMatch, isScoredAtOnce, stepOf } from './batch-step.ts';
import { openFiles } from '../store/files/open-files.ts';

declare module '../http/render.ts' {
  interface Pages {
    'batches/new': PageData & ReturnType<typeof presentNewBatch>;
  }
}

const recentFiles = 10;

export function createBatchHandlers(context: Context) {
  const { db, config, tasks } = context;

  const showNew = async (res: Response, refusal: AppError | null) => {
    const question = readQuestion(refusal?.message ?? null);
    const message = question ? `${question.text} Answer below and choose the file again.` : refusal?.message;
    const input = {
      model: await findActiveModel(db),
      batches: await listBatches(db, recentFiles),
      maxMegabytes: Math.round(config.maxUploadBytes / 1024 / 1024),
      hasSample: await openFiles(config).has(db, join(config.dataDir, currentFile)),
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
      receiveFile({ db, config }, 'file'),
      async (req: Request, res: Response) => {
        const env = { ...openUploadStore({ db, config }), user: currentUser(req) };
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
  const begin = isScoredAtOnce(req.body) ? checkAndScoreLater : checkBatchLater;
  return checkOrMatch(db, currentUser(req), batch, begin);
}
