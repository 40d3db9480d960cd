/** What every kind of job is: work that reports its steps and can stop at each. */
import type { Config } from '../config.ts';
import type { Db } from '../db.ts';
import type { Job } from '../store/jobs.ts';

export interface JobContext {
  readonly db: Db;
  readonly config: Config;
  /** Reports progress, and answers whether to stop (the program ends) or to end (somebody cancelled). */
  readonly step: (done: number, total: number, stage?: string) => Promise<'go on' | 'stop' | 'cancel'>;
}

export type JobOutcome = 'done' | 'stopped' | 'cancelled';
export type JobHandler = (context: JobContext, payload: Job['payload']) => Promise<JobOutcome>;
