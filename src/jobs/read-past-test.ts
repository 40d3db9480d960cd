import { stopSubjects } from '../domain/jobs/subjects.ts';
import { cancelled, done } from '../domain/jobs/steps.ts';
import { findInPastTest } from '../domain/past-tests/findings.ts';
import { getPastTest, storeFindings } from '../store/past-tests.ts';
import type { JobHandler } from './job-handler.ts';

/** An interrupted reading begins again, and finds the same. */
export const runReadPastTest: JobHandler = async (context, { pastTestId }) => {
  const id = Number(pastTestId);
  const found = await findInPastTest(context, await getPastTest(context.db, id));
  if (found === 'stop') return 'stopped';
  if (found === 'cancel')
    return cancelled((trx) => stopSubjects(trx, { pastTestId: id }, { state: 'cancelled' }));
  return done((trx) => storeFindings(trx, id, found));
};
