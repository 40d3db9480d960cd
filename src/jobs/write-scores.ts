import { stopSubjects } from '../domain/jobs/subjects.ts';
import { writeBatch } from '../domain/warehouse/score-writes.ts';
import type { JobHandler } from './job-handler.ts';
import { untilStopped } from './warehouse-steps.ts';

/** All or nothing: a write that is interrupted begins again, and replaces what an earlier one wrote. */
export const runWriteScores: JobHandler = ({ db, config, step }, { scoreWriteId }) => {
  const id = Number(scoreWriteId);
  return untilStopped(
    (checkpoint) =>
      writeBatch({ db, config }, id, (rows, total) => checkpoint(() => step(rows, total, 'Writing scores'))),
    (trx) => stopSubjects(trx, { scoreWriteId: id }, { state: 'cancelled' }),
  );
};
