/** Whom outcomes can be recorded of: customers with a score, and members of campaigns, whose scores may be gone. */
import { membersAmong } from '../../store/campaign-members.ts';
import type { ScoreStore } from '../../store/score-files/store.ts';
import { readMonthlyValues } from './scored-customers.ts';

/** Reads the identifiers of all scores, so call it in a task. */
export async function knownAmong(store: ScoreStore, customerIds: ReadonlySet<string>): Promise<Set<string>> {
  const members = await membersAmong(store.db, [...customerIds]);
  const scored = await readMonthlyValues(store, customerIds);
  return new Set([...members, ...scored.keys()]);
}
