/**
 * Which actions of a plan a scored customer may get: those of the rules whose conditions their latest score meets. Of a score
 * in a file the three strongest reasons are known, so that a rule that asks for a reason looks at these.
 */
import type { Db } from '../../db.ts';
import { listArchivedModels, listModels } from '../../store/models.ts';
import type { PredictionRecord } from '../../store/prediction-records.ts';
import type { GroupView } from '../../store/score-files/group-view.ts';
import { isoTimeOf } from '../../db/clock.ts';
import { getSettings } from '../../store/settings.ts';
import { compileRules } from '../retention/compiled-rules.ts';
import { whyNotMet } from '../retention/conditions/kinds.ts';
import { isModelOfSample } from '../retention/example-rules.ts';
import type { RetentionRule } from '../retention/matching.ts';
import { readPast } from '../retention/past/reading.ts';
import { hadIn } from '../retention/past/table.ts';
import { rowsOfGroup } from '../retention/stored-rows.ts';

/** Bit j of a number is set where the customer may get action j. */
export interface Eligibility {
  ofSingle(record: PredictionRecord): number;
  /** One entry a row of the group. */
  ofGroup(view: GroupView, modelId: number | null): Int32Array;
}

/** As many as one number has bits for. */
export const mostActions = 30;

/** `rules`: the actions, in their order. */
export async function readEligibility(db: Db, rules: readonly RetentionRule[]): Promise<Eligibility> {
  const settings = await getSettings(db);
  const rulesOf = await readRulesByModel(db, rules);
  const past = await readPast(db, { rules, at: await isoTimeOf(db) });
  const bitOf = (rule: RetentionRule): number => 1 << rules.findIndex(({ id }) => id === rule.id);
  return {
    ofSingle: (record) => {
      const had = hadIn(past, record.customerId ?? '');
      const subject = { ...record, reasons: record.reasons.strongest, had };
      return rulesOf(record.modelId)
        .filter((rule) => whyNotMet(rule, subject) === null)
        .reduce((bits, rule) => bits | bitOf(rule), 0);
    },
    ofGroup: (view, modelId) => {
      const found = new Int32Array(view.rowCount);
      const asked = { ...settings, rules: [...rulesOf(modelId)] };
      const compiled = compileRules(asked, view.header.features, past);
      compiled.visitMatches(rowsOfGroup(view), (rule, matches, count) => {
        const bit = bitOf(compiled.rules[rule]!);
        for (let k = 0; k < count; k++) found[matches[k]!]! |= bit;
      });
      return found;
    },
  };
}

/** Example rules are for customers of the sample only. */
async function readRulesByModel(db: Db, rules: readonly RetentionRule[]) {
  const ofSample = new Set<number>();
  for (const model of [...(await listModels(db)), ...(await listArchivedModels(db))])
    if (await isModelOfSample(db, model)) ofSample.add(model.id);
  const others = rules.filter(({ isExample }) => !isExample);
  return (modelId: number | null): readonly RetentionRule[] =>
    modelId !== null && ofSample.has(modelId) ? rules : others;
}
