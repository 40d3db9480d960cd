/** The fitting thread: reads the data, trains with the help of further threads, writes the model file, and reports progress. */
import { parentPort, workerData } from 'node:worker_threads';
import { AppError } from '../errors.ts';
import { fitTraining } from '../domain/training/queue.ts';
import type { TrainingProgress } from '../domain/training/queue.ts';
import { openFitThreads } from '../domain/training/threads/fit-threads.ts';
import { lowerPriority } from '../thread.ts';
import type { FitTask, FromFit } from './train-model.ts';

// Pages, uploads and scorings come before trainings.
lowerPriority('training');
const { order, config } = workerData as FitTask;
const threads = openFitThreads(config.trainingThreads, config.threadMemoryMb);
const say = (message: FromFit): void => {
  parentPort!.postMessage(message);
};

try {
  const onProgress = (progress: TrainingProgress): void => {
    say({ progress });
  };
  const { modelsDir, trainingMemoryMb } = config;
  say({ result: await fitTraining(order, { modelsDir, trainingMemoryMb, onProgress, threads }) });
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  // A RangeError means that an estimator cannot be fitted to these rows; a retry would fail as well.
  const { code } = (error ?? {}) as { readonly code?: string };
  say({ failed: { message, code, isFinal: error instanceof AppError || error instanceof RangeError } });
} finally {
  threads.close();
}
