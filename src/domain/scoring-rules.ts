/** The settings that a score depends on, as they are now. */
import type { Db } from '../db.ts';
import { listRules } from '../store/retention-rules.ts';
import { getSettings } from '../store/settings.ts';
import type { Conditions } from './retention.ts';
import type { ScoringRules } from './scoring.ts';

export async function currentScoringRules(db: Db): Promise<ScoringRules> {
  const { mediumFrom, highFrom, valueMonths } = await getSettings(db);
  return { mediumFrom, highFrom, valueMonths, rules: await listRules<Conditions>(db) };
}
