/**
 * Which actions of a plan a scored customer may get: those of the rules whose conditions their latest score meets. Of a score
 * in a file the three strongest reasons are known, so that a rule that asks for a reason looks at these.
 */
import type { Db } from '../../db.ts';
import { listArchivedModels, listModels } from '../../store/models.ts';
import type { PredictionRecord } from '../../store/prediction-records.ts';
import { noReason, reasonsPerRow } from '../../store/score-files/group.ts';
import type { GroupView } from '../../store/score-files/group-view.ts';
import { getSettings } from '../../store/settings.ts';
import { compileRules } from '../retention/compiled-rules.ts';
import type { RuleRows } from '../retention/conditions/kind.ts';
import { whyNotMet } from '../retention/conditions/kinds.ts';
import { isModelOfSample } from '../retention/example-rules.ts';
import type { RetentionRule } from '../retention/matching.ts';

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
  const bitOf = (rule: RetentionRule): number => 1 << rules.findIndex(({ id }) => id === rule.id);
  return {
    ofSingle: (record) => {
      const subject = { ...record, reasons: record.reasons.strongest };
      return rulesOf(record.modelId)
        .filter((rule) => whyNotMet(rule.conditions, subject) === null)
        .reduce((bits, rule) => bits | bitOf(rule), 0);
    },
    ofGroup: (view, modelId) => {
      const found = new Int32Array(view.rowCount);
      // Conditions ask about names, types and levels only.
      const features = view.header.features.map((feature) => ({ ...feature, range: null, missingShare: 0 }));
      const compiled = compileRules({ ...settings, rules: [...rulesOf(modelId)] }, features);
      compiled.visitMatches(rowsOf(view), (rule, matches, count) => {
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

function rowsOf(view: GroupView): RuleRows {
  const { features } = view.header;
  return {
    rowCount: view.rowCount,
    probability: view.column('probability'),
    monthlyValue: view.column('monthlyValue'),
    inputs: features.map((_, place) => view.input(place)),
    contributions: contributionsOf(view),
    featureCount: features.length,
  };
}

/** 0 where a reason is none of the strongest. */
function contributionsOf(view: GroupView): Float64Array {
  const featureCount = view.header.features.length;
  const contributions = new Float64Array(view.rowCount * featureCount);
  const places = view.column('reasonFeatures');
  const points = view.column('reasonPoints');
  for (let k = 0; k < places.length; k++) {
    const row = Math.floor(k / reasonsPerRow);
    if (places[k] !== noReason) contributions[row * featureCount + places[k]!] = points[k]!;
  }
  return contributions;
}
