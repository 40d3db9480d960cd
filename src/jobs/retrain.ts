import { collectUntreated, trainChallenger } from '../domain/campaigns/retraining.ts';
import { stopSubjects } from '../domain/jobs/subjects.ts';
import { cancelled, done } from '../domain/jobs/steps.ts';
import type { JobHandler } from './job-handler.ts';

/** Makes the dataset of untreated customers; the training of the challenger is queued as it ends. */
export const runRetrain: JobHandler = async ({ db, config, step }, payload) => {
  const answer = await step(0, 0, 'Collecting customers who were not contacted');
  if (answer === 'stop') return 'stopped';
  if (answer === 'cancel') return cancelled((trx) => stopSubjects(trx, payload, { state: 'cancelled' }));
  await collectUntreated(db, config, payload);
  return done((trx) => trainChallenger(trx, payload));
};
