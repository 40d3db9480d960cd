/** Checking, scoring and deleting a batch: the report of the check, the start of scoring, and the progress. */
import type { Request, Response } from 'express';
import type { Context } from '../context.ts';
import {
  cancelBatch,
  findRunningJob,
  resumeBatch,
  scoreBatchLater,
  openUploadStore,
} from '../domain/batches/batches.ts';
import { reportOf } from '../domain/batches/findings.ts';
import { canBeReread } from '../domain/batches/rereading.ts';
import { findRemovalJob } from '../domain/batches/removal.ts';
import { canBeScoredAgain, scoreAgainLater } from '../domain/batches/scoring-again.ts';
import { lackOfSpace } from '../domain/jobs/disk-space.ts';
import { currentUser } from '../http/authenticate.ts';
import { flash } from '../http/flash.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { idParam } from '../http/validate.ts';
import { presentProgress } from '../presenters/batch.ts';
import type { ProgressInput } from '../presenters/batch.ts';
import { presentCheck } from '../presenters/batch-check.ts';
import { findBatch, getBatch } from '../store/batches.ts';
import type { BatchRecord } from '../store/batches.ts';
import { getModel } from '../store/models.ts';
import { stepOf } from './batch-step.ts';

declare module '../http/render.ts' {
  interface Pages {
    'batches/check': PageData & ReturnType<typeof presentCheck>;
    'batches/progress': PageData & ReturnType<typeof presentProgress>;
  }
}

export function createBatchProgressHandlers({ db, config }: Context) {
  const progressOf = async (batch: BatchRecord): Promise<ProgressInput> => {
    const isRemoving = batch.state === 'removing';
    const isRunning = isRemoving || batch.state === 'checking' || batch.state === 'scoring';
    const job = await (isRemoving ? findRemovalJob : findRunningJob)(db, batch.id);
    const scored = batch.scoredCount + batch.rejectedCount;
    return {
      batch,
      isRunning,
      done: batch.state === 'scoring' ? scored : (job?.done ?? 0),
      total: isRemoving ? (job?.total ?? 0) || batch.scoredCount : batch.rowCount,
      canBeScoredAgain: await canBeScoredAgain(openUploadStore({ db, config }), batch),
      waitsFor: isRunning ? (job?.waitsFor ?? (await lackOfSpace(config))) : null,
    };
  };

  /** For the script that keeps the page fresh. */
  const sendProgress = async (res: Response, batch: BatchRecord | undefined) => {
    if (!batch) {
      // The batch has been deleted; this page showed the progress.
      res.json({ next: '/score' });
      return;
    }
    const { isRunning, done, total, waitsFor } = await progressOf(batch);
    res.json({ state: batch.state, done, total, waitsFor, next: isRunning ? null : stepOf(batch) });
  };

  return {
    showCheck: async (req: Request, res: Response) => {
      const batch = await getBatch(db, idParam(req));
      if (batch.state !== 'checked') {
        res.redirect(303, stepOf(batch));
        return;
      }
      const { schema } = await getModel(db, batch.modelId ?? 0);
      const report = reportOf(batch);
      const isRereadable = await canBeReread(openUploadStore({ db, config }), batch);
      await render(res, 'batches/check', (h) => ({
        title: 'Check the file',
        ...presentCheck(h, { batch, report, schema, canBeReread: isRereadable }),
      }));
    },

    score: async (req: Request, res: Response) => {
      const { id, state } = await getBatch(db, idParam(req));
      const isStopped = state === 'cancelled' || state === 'failed';
      await (isStopped ? resumeBatch : scoreBatchLater)(db, currentUser(req), id);
      res.redirect(303, `/batches/${id}/progress`);
    },

    scoreAgain: async (req: Request, res: Response) => {
      const id = idParam(req);
      await scoreAgainLater({ ...openUploadStore({ db, config }), user: currentUser(req) }, id);
      res.redirect(303, `/batches/${id}/progress`);
    },

    /** A page, or JSON for the script that keeps it fresh. */
    showProgress: async (req: Request, res: Response) => {
      if (req.accepts(['html', 'json']) === 'json') {
        await sendProgress(res, await findBatch(db, idParam(req)));
        return;
      }
      const batch = await getBatch(db, idParam(req));
      if (stepOf(batch) !== `/batches/${batch.id}/progress`) {
        res.redirect(303, stepOf(batch));
        return;
      }
      const progress = await progressOf(batch);
      const refresh = progress.isRunning ? { looksItself: true, scripts: ['upload-progress'] } : {};
      await render(res, 'batches/progress', (h) => ({ ...presentProgress(h, progress), ...refresh }));
    },

    cancel: async (req: Request, res: Response) => {
      await cancelBatch(db, idParam(req));
      flash(req, 'notice', 'Cancelled. What was finished is kept, and you can continue later.');
      res.redirect(303, `/batches/${idParam(req)}/progress`);
    },
  };
}
