/** The interface between long work and the queue that runs it. */
import type { Db } from '../../db.ts';

export type StepAnswer = 'go on' | 'stop' | 'cancel';

export interface JobSteps {
  /** Called between chunks; answers whether to stop here. */
  readonly step: (done: number, total: number) => Promise<StepAnswer>;
  /** Called in a transaction that commits progress: it resets the count of crashes. */
  readonly stored?: (trx: Db) => Promise<void>;
}

/** The end of a job. `write` changes what it worked on, in the transaction that ends the job. */
export interface JobEnd {
  readonly state: 'done' | 'cancelled';
  readonly write: (trx: Db) => Promise<void>;
}

export type JobOutcome = 'stopped' | JobEnd;

const nothing = (): Promise<void> => Promise.resolve();

export function done(write: JobEnd['write'] = nothing): JobEnd {
  return { state: 'done', write };
}

export function cancelled(write: JobEnd['write'] = nothing): JobEnd {
  return { state: 'cancelled', write };
}
