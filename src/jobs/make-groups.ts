import { cancelled, done } from '../domain/jobs/steps.ts';
import type { StepAnswer } from '../domain/jobs/steps.ts';
import { stopSubjects } from '../domain/jobs/subjects.ts';
import { findClusters } from '../domain/groupings/clusters.ts';
import { findFifths } from '../domain/groupings/fifths.ts';
import { finishGrouping } from '../domain/groupings/groupings.ts';
import { readGroupingRows } from '../domain/groupings/rows.ts';
import type { GroupingFindings } from '../store/grouping-documents.ts';
import { getGrouping } from '../store/groupings.ts';
import type { Grouping } from '../store/groupings.ts';
import type { JobContext, JobHandler } from './job-handler.ts';

type Ended = Exclude<StepAnswer, 'go on'>;

/** One that is interrupted begins again, and finds the same. */
export const runMakeGroups: JobHandler = async (context, { groupingId, userId }) => {
  const grouping = await getGrouping(context.db, Number(groupingId));
  const found = await findGroups(context, grouping);
  if (found === 'stop') return 'stopped';
  if (found === 'cancel')
    return cancelled((trx) => stopSubjects(trx, { groupingId: grouping.id }, { state: 'cancelled' }));
  return done((trx) => finishGrouping(trx, grouping, found, Number(userId)));
};

async function findGroups(
  { db, config, step }: JobContext,
  { kind, terms }: Grouping,
): Promise<GroupingFindings | Ended> {
  const answer = await step(0, 0, 'Reading the customers');
  if (answer !== 'go on') return answer;
  const rows = await readGroupingRows(db, config, terms);
  return kind === 'fifths' ? findFifths(rows, terms.columns) : findClusters(rows, terms.seed, step);
}
