/** The settings that a score depends on, as they are now. */
import type { Db } from '../../db.ts';
import { isoTimeOf, timeOf } from '../../db/clock.ts';
import type { FrozenRules } from '../../store/batch-documents.ts';
import type { ModelRecord } from '../../store/models.ts';
import { listRules } from '../../store/retention-rules.ts';
import { currentRuleVersion } from '../../store/rule-versions.ts';
import { getSettings } from '../../store/settings.ts';
import { today } from '../campaigns/days.ts';
import { isModelOfSample } from '../retention/example-rules.ts';
import type { RetentionRule } from '../retention/matching.ts';
import { listQuestions, readPast } from '../retention/past/reading.ts';
import { noPast } from '../retention/past/table.ts';
import type { PastTable } from '../retention/past/table.ts';
import { validityOn } from '../retention/validity.ts';
import type { ScoringRules } from './scoring.ts';

/** The model whose scores the rules are for. */
type ModelOfRules = Pick<ModelRecord, 'isSample' | 'datasetId'>;
type ScoringModel = ModelOfRules & Pick<ModelRecord, 'threshold'>;

export async function freezeRules(db: Db, model: ScoringModel): Promise<FrozenRules> {
  return { ...(await currentScoringRules(db, model)), threshold: model.threshold };
}

/** Example rules apply to customers of the sample only, and each rule on its days. */
export async function currentScoringRules(db: Db, model: ModelOfRules): Promise<ScoringRules> {
  return scoringRulesOf(db, model, await listRules(db));
}

/** The same with other rules than those that are stored. */
export async function scoringRulesOf(
  db: Db,
  model: ModelOfRules,
  rules: readonly RetentionRule[],
): Promise<ScoringRules> {
  const { mediumFrom, highFrom, valueMonths, valueMargin, timeZone } = await getSettings(db);
  const day = today(timeZone, await timeOf(db));
  const withExamples = await isModelOfSample(db, model);
  const applied = rules.filter(
    (rule) => validityOn(rule, day) === 'now' && (withExamples || !rule.isExample),
  );
  return {
    mediumFrom,
    highFrom,
    valueMonths,
    valueMargin,
    rulesVersion: await currentRuleVersion(db),
    rules: applied,
    ...(listQuestions(applied).length > 0 && { pastAt: await isoTimeOf(db) }),
  };
}

/** What was done for customers before the rules were frozen, as far as these ask for it. `customerId` null: for all. */
export async function pastFor(
  db: Db,
  { rules, pastAt }: ScoringRules,
  customerId: string | null = null,
): Promise<PastTable> {
  return pastAt === undefined ? noPast : readPast(db, { rules, at: pastAt, customerId });
}
