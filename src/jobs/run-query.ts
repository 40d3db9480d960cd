import { stopSubjects } from '../domain/jobs/subjects.ts';
import { runQuery } from '../domain/warehouse/query-rows.ts';
import { countText } from '../format.ts';
import type { JobHandler } from './job-handler.ts';
import { untilStopped } from './warehouse-steps.ts';

/** What is written before it is interrupted is thrown away: rows that change meanwhile would be read twice, or never. */
export const runRunQuery: JobHandler = ({ db, config, step }, { queryId, userId }) => {
  const id = Number(queryId);
  const by = typeof userId === 'number' ? userId : null;
  const report = (rows: number) => step(rows, 0, `Reading, ${countText(rows)} rows so far`);
  return untilStopped(
    (checkpoint) => runQuery({ db, config }, id, by, (rows) => checkpoint(() => report(rows))),
    (trx) => stopSubjects(trx, { queryId: id }, { state: 'cancelled' }),
  );
};
