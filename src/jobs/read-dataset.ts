import { readDataset } from '../domain/datasets/import/reading.ts';
import { stopSubjects } from '../domain/jobs/subjects.ts';
import { cancelled, done } from '../domain/jobs/steps.ts';
import type { JobHandler } from './job-handler.ts';

/** Thrown at a checkpoint when the job was cancelled or the program ends. */
class Ended extends Error {}

export const runReadDataset: JobHandler = async ({ db, config, step }, { datasetId, firstLine }) => {
  const id = Number(datasetId);
  const answered = firstLine === 'names' || firstLine === 'data' ? firstLine : null;
  let answer = await step(0, 0, 'Reading the columns');
  try {
    const checkpoint = async (): Promise<void> => {
      answer = await step(0, 0, 'Reading the columns');
      if (answer !== 'go on') throw new Ended();
    };
    await readDataset(db, config, id, { checkpoint, firstLine: answered });
    return done();
  } catch (error) {
    if (!(error instanceof Ended)) throw error;
    if (answer === 'stop') return 'stopped';
    return cancelled((trx) => stopSubjects(trx, { datasetId: id }, { state: 'cancelled' }));
  }
};
