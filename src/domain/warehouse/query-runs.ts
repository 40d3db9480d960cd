/** Runs of queries: started, one at a time for each query, and cancelled. */
import type { Db } from '../../db.ts';
import { Conflict } from '../../errors.ts';
import { findBatch } from '../../store/batches.ts';
import { enqueueJob, listOpenJobs } from '../../store/jobs.ts';
import type { Job } from '../../store/jobs.ts';
import { beginRun } from '../../store/queries.ts';
import type { QueryRecord } from '../../store/queries.ts';
import { listScoreWrites } from '../../store/score-writes.ts';
import { cancelJob } from '../jobs/failure.ts';

/** Queues a run. Call in a transaction. @throws Conflict while one is under way */
export async function startRun(trx: Db, query: QueryRecord, userId: number | null): Promise<void> {
  if ((await isUnderWay(trx, query)) || !(await beginRun(trx, query)))
    throw new Conflict('A run of this query is under way. Wait until it has ended, or cancel it.');
  await enqueueJob(trx, {
    kind: 'run-query',
    payload: { queryId: query.id, userId },
    subject: `Run the query ${query.name}`,
    createdBy: userId,
  });
}

/** Whether rows of its last run are being read, checked, scored or written back. */
export async function isUnderWay(db: Db, { state, batchId }: QueryRecord): Promise<boolean> {
  if (state === 'reading') return true;
  const batch = batchId === null ? undefined : await findBatch(db, batchId);
  if (!batch) return false;
  if (batch.state === 'checking' || batch.state === 'scoring') return true;
  return (await listScoreWrites(db, batch.id)).some((write) => write.state === 'writing');
}

export async function cancelRun(db: Db, id: number): Promise<void> {
  const job = await findRunJob(db, id);
  if (job) await cancelJob(db, job.id);
}

/** The queued or running job of a query. */
export async function findRunJob(db: Db, id: number): Promise<Job | undefined> {
  return (await listOpenJobs(db)).find(({ payload }) => payload['queryId'] === id);
}
