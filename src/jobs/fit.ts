/** The fitting thread: reads the data, trains, writes the model file, and reports progress. */
import { parentPort, workerData } from 'node:worker_threads';
import { AppError } from '../errors.ts';
import { fitTraining } from '../domain/training/queue.ts';
import type { TrainingOrder } from '../domain/training/queue.ts';
import type { FromFit } from './train-model.ts';

const say = (message: FromFit): void => {
  parentPort!.postMessage(message);
};

try {
  const { modelsDir, ...order } = workerData as TrainingOrder & { readonly modelsDir: string };
  const result = await fitTraining(modelsDir, order, (progress) => {
    say({ progress });
  });
  say({ result });
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  // A RangeError means that an estimator cannot be fitted to these rows; a retry would fail as well.
  const { code } = (error ?? {}) as { readonly code?: string };
  say({ failed: { message, code, isFinal: error instanceof AppError || error instanceof RangeError } });
}
