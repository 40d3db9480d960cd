/** The fitting thread: reads the data, trains, writes the model's file, and says where it is. */
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
  // A RangeError is an estimator that cannot learn from these rows; trying again would say the same.
  const { code } = (error ?? {}) as { readonly code?: string };
  say({ failed: { message, code, isFinal: error instanceof AppError || error instanceof RangeError } });
}
