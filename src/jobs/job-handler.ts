/** The interface of a job handler: work that reports its steps and can stop at each. */
import type { Config } from '../config.ts';
import type { Db } from '../db.ts';
import type { JobOutcome, StepAnswer } from '../domain/jobs/steps.ts';
import type { Lease } from '../store/job-leases.ts';
import type { Job } from '../store/jobs.ts';

export interface JobContext {
  /** Its transactions write nothing when another worker has taken the job over. */
  readonly db: Db;
  readonly config: Config;
  readonly lease: Lease;
  /** Reports progress, and answers whether to stop (the program ends) or to end (somebody cancelled). */
  readonly step: (done: number, total: number, stage?: string) => Promise<StepAnswer>;
  /** Part of the work has been committed with this transaction. */
  readonly stored: (trx: Db) => Promise<void>;
}

export type JobHandler = (context: JobContext, payload: Job['payload']) => Promise<JobOutcome>;
