/**
 * Trains in a thread of its own: a fit runs for seconds without a pause, so the thread that reports progress
 * and listens for 'cancel' must be another one. Cancelling ends the fit at once; nothing of it is kept.
 */
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import type { Config } from '../config.ts';
import { inTransaction } from '../db.ts';
import type { Db } from '../db.ts';
import { AppError, isDiskFull, isOutOfMemory, needsMoreMemory } from '../errors.ts';
import { cancelled, done as finished } from '../domain/jobs/steps.ts';
import { beginTraining, completeTraining, stopTraining } from '../domain/training/queue.ts';
import type { TrainingOrder, TrainingProgress, TrainingResult } from '../domain/training/queue.ts';
import { isLocked, isUnreachable } from '../db/failures.ts';
import { openFiles } from '../store/files/open-files.ts';
import { saveTrainingProgress } from '../store/trainings.ts';
import type { JobHandler } from './job-handler.ts';
import { openThread } from '../thread.ts';

/** What the fitting thread is started with. */
export interface FitTask {
  readonly order: TrainingOrder;
  readonly config: Config;
}

/** From the fitting thread. */
export type FromFit =
  | { readonly progress: TrainingProgress }
  | { readonly result: TrainingResult }
  | { readonly failed: FitFailure };

interface FitFailure {
  readonly message: string;
  readonly isFinal: boolean;
  /** Of the system, such as `ENOSPC`. */
  readonly code: string | undefined;
}

const tickMs = 250;

export const runTrainModel: JobHandler = async ({ db, config, step }, { trainingId }) => {
  const id = Number(trainingId);
  const order = await beginTraining(db, config, id);
  if (order === null) return cancelled();
  const fit = openThread('jobs/fit', { order, config } satisfies FitTask, config.threadMemoryMb);
  const news = listen(fit);
  try {
    while (!news.isOver) {
      const { stage, done, total } = news.progress;
      await writeProgress(db, id, news.progress);
      const verdict = await step(done, total, stage);
      if (verdict === 'stop') return 'stopped';
      if (verdict === 'cancel') return cancelled((trx) => stopTraining(trx, id, 'cancelled', null));
      await new Promise((resume) => setTimeout(resume, tickMs));
    }
    if (news.failure !== null) throw news.failure;
    const { result } = news;
    if (result === null) throw new Error('The fit ended without a result.');
    const stored = await openFiles(config).put(db, [{ path: join(config.modelsDir, result.file) }]);
    return finished(async (trx) => {
      if (await completeTraining(trx, config, id, result)) await stored.note(trx);
    });
  } finally {
    await fit.terminate();
  }
};

/** Failing to write progress must not end a fit that has run for an hour. */
async function writeProgress(db: Db, id: number, progress: TrainingProgress): Promise<void> {
  try {
    await inTransaction(db, (trx) => saveTrainingProgress(trx, id, progress));
  } catch (error) {
    if (!isLocked(error) && !isUnreachable(error) && !isDiskFull(error)) throw error;
  }
}

interface News {
  progress: TrainingProgress;
  result: TrainingResult | null;
  failure: Error | null;
  isOver: boolean;
}

/** The messages of the fitting thread so far. */
function listen(fit: Worker): News {
  const progress = { stage: 'Reading the data', done: 0, total: 0, best: null };
  const news: News = { progress, result: null, failure: null, isOver: false };
  fit.on('message', (message: FromFit) => {
    if ('progress' in message) {
      news.progress = message.progress;
      return;
    }
    if ('result' in message) news.result = message.result;
    else news.failure = asError(message.failed);
    news.isOver = true;
  });
  fit.on('error', (error: Error) => {
    news.failure = isOutOfMemory(error) ? needsMoreMemory() : error;
    news.isOver = true;
  });
  fit.on('exit', () => {
    news.isOver = true;
  });
  return news;
}

/** An error in the data is not retried. */
function asError({ message, isFinal, code }: FitFailure): Error {
  return isFinal ? new AppError(422, 'untrainable', message) : Object.assign(new Error(message), { code });
}
