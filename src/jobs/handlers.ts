/** What each kind of job does. A handler may stop at a step when asked; it is called again later and goes on. */
import type { Config } from '../config.ts';
import type { Db } from '../db.ts';
import type { Job, JobKind } from '../store/jobs.ts';
import { runCheckBatch } from './check-batch.ts';
import { runFirstStart } from './first-start.ts';
import { runScoreBatch } from './score-batch.ts';

export interface JobContext {
  readonly db: Db;
  readonly config: Config;
  /** Reports progress, and answers whether to stop (the program ends) or to end (somebody cancelled). */
  readonly step: (done: number, total: number, stage?: string) => Promise<'go on' | 'stop' | 'cancel'>;
}

export type JobOutcome = 'done' | 'stopped' | 'cancelled';
export type JobHandler = (context: JobContext, payload: Job['payload']) => Promise<JobOutcome>;

export const handlers: Readonly<Record<JobKind, JobHandler>> = {
  'check-batch': runCheckBatch,
  'score-batch': runScoreBatch,
  'first-start': runFirstStart,
};
