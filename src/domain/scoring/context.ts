/** The settings that a score depends on, as they are now. */
import type { Db } from '../../db.ts';
import type { ModelRecord } from '../../store/models.ts';
import { listRules } from '../../store/retention-rules.ts';
import { getSettings } from '../../store/settings.ts';
import type { Conditions } from '../retention/matching.ts';
import type { ScoringRules } from './scoring.ts';

/** What a batch keeps of the moment when its scoring began; `threshold` is its model's, missing in older ones. */
export type FrozenRules = ScoringRules & { readonly threshold?: number };

export async function freezeRules(db: Db, model: Pick<ModelRecord, 'threshold'>): Promise<FrozenRules> {
  return { ...(await currentScoringRules(db)), threshold: model.threshold };
}

export async function currentScoringRules(db: Db): Promise<ScoringRules> {
  const { mediumFrom, highFrom, valueMonths } = await getSettings(db);
  return { mediumFrom, highFrom, valueMonths, rules: await listRules<Conditions>(db) };
}
