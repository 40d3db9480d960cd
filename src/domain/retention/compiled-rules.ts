/**
 * Retention rules for many customers at once: conditions are looked up once against the schema, and each is then one
 * pass over a column. The answer is the first of `chooseActions` for every row.
 */
import type { Feature } from '../../ml/data/schema.ts';
import type { FrozenRules } from '../../store/batch-documents.ts';
import type { InputColumn } from '../../store/score-files/group.ts';
import { foldName } from '../csv/column-names.ts';
import { riskLevels } from '../risk/levels.ts';
import type { RiskLevel, RiskThresholds } from '../risk/levels.ts';
import { dateText, typedNumber } from '../scoring/cell-values.ts';
import { expectedSavingOf } from './expected-value.ts';
import { fewestPoints, holds } from './matching.ts';
import type { AttributeCondition, RetentionRule } from './matching.ts';

/** What the rules are asked about, one entry a row everywhere. */
export interface RuleRows {
  readonly rowCount: number;
  readonly probability: Float64Array;
  /** NaN: not known. */
  readonly monthlyValue: Float64Array;
  /** One a feature. */
  readonly inputs: readonly InputColumn[];
  /** In probability: that of row i and feature j is `contributions[i × featureCount + j]`. */
  readonly contributions: Float64Array;
  readonly featureCount: number;
}

export interface ChosenActions {
  /** 0: none; k: `rules[k - 1]` of the compiled rules. */
  readonly actions: Uint16Array;
  /** NaN: there is no action, or the monthly revenue is not known. */
  readonly expectedSaving: Float64Array;
}

/**
 * Keeps those of the first `count` candidates, which are rows in ascending order, that meet a condition, at the beginning
 * of the array; returns how many.
 */
type Condition = (rows: RuleRows, candidates: Int32Array, count: number) => number;

interface CompiledRule {
  readonly rule: RetentionRule;
  readonly conditions: readonly Condition[];
}

export interface CompiledRules {
  /** Those that can match, in their order. */
  readonly rules: readonly RetentionRule[];
  readonly choose: (rows: RuleRows) => ChosenActions;
}

export function compileRules(
  { rules, mediumFrom, highFrom, valueMonths }: Omit<FrozenRules, 'threshold'>,
  features: readonly Feature[],
): CompiledRules {
  const compiled = rules
    .filter((rule) => rule.enabled)
    .flatMap((rule): CompiledRule[] => {
      const conditions = conditionsOf(rule, features);
      return conditions === null ? [] : [{ rule, conditions }];
    });
  return {
    rules: compiled.map(({ rule }) => rule),
    choose: (rows) => choose(compiled, rows, { mediumFrom, highFrom, valueMonths }),
  };
}

function choose(
  compiled: readonly CompiledRule[],
  rows: RuleRows,
  { valueMonths, ...thresholds }: Pick<FrozenRules, 'mediumFrom' | 'highFrom' | 'valueMonths'>,
): ChosenActions {
  const { rowCount, probability, monthlyValue } = rows;
  const actions = new Uint16Array(rowCount);
  const expectedSaving = new Float64Array(rowCount).fill(NaN);
  const candidates = new Int32Array(rowCount);
  const rowsOf = createLevelLists(probability, thresholds);
  compiled.forEach(({ rule, conditions }, k) => {
    const asked = rowsOf(rule.conditions.riskLevels);
    candidates.set(asked);
    let count = asked.length;
    for (const condition of conditions) count = condition(rows, candidates, count);
    for (let c = 0; c < count; c++) {
      const i = candidates[c]!;
      const saving = expectedSavingOf(probability[i]!, rule, monthlyValue[i]!, valueMonths);
      const isUnknown = monthlyValue[i] !== monthlyValue[i];
      if (actions[i] === 0 ? isUnknown || saving > 0 : saving > expectedSaving[i]!) {
        actions[i] = k + 1;
        expectedSaving[i] = saving;
      }
    }
  });
  return { actions, expectedSaving };
}

/** The rows at some risk levels, none meaning all. Most rules ask for the same ones: each list is made once. */
function createLevelLists(
  probability: Float64Array,
  { mediumFrom, highFrom }: RiskThresholds,
): (levels: readonly RiskLevel[]) => Int32Array {
  const known = new Map<string, Int32Array>();
  return (levels) => {
    const key = levels.join();
    const asked = riskLevels.map((level) => levels.length === 0 || levels.includes(level));
    const [low, medium, high] = asked;
    let list = known.get(key);
    if (list === undefined) {
      list = new Int32Array(probability.length);
      let count = 0;
      for (let i = 0; i < probability.length; i++) {
        const p = probability[i]!;
        if (p >= highFrom ? high : p >= mediumFrom ? medium : low) list[count++] = i;
      }
      known.set(key, (list = list.subarray(0, count)));
    }
    return list;
  };
}

/** Those beside the risk level; null: no customer of this model can meet them. */
function conditionsOf(
  { conditions: { minMonthlyValue, reason, attributes } }: RetentionRule,
  features: readonly Feature[],
): readonly Condition[] | null {
  const conditions: Condition[] = [];
  if (minMonthlyValue !== null) conditions.push(isWorth(minMonthlyValue));
  if (reason !== null) {
    const places = features.flatMap(({ name }, j) => (foldName(name) === foldName(reason) ? [j] : []));
    if (places.length === 0) return null;
    conditions.push(raisesRisk(places));
  }
  for (const attribute of attributes) {
    const place = features.findIndex(({ name }) => foldName(name) === foldName(attribute.column));
    if (place < 0) return null;
    conditions.push(isAsAsked(attribute, place, features[place]!));
  }
  return conditions;
}

function isWorth(least: number): Condition {
  // A revenue that is not known counts as −1.
  return ({ monthlyValue }, candidates, count) => {
    let kept = 0;
    for (let c = 0; c < count; c++) {
      const i = candidates[c]!;
      const value = monthlyValue[i]!;
      if ((value === value ? value : -1) >= least) candidates[kept++] = i;
    }
    return kept;
  };
}

function raisesRisk(places: readonly number[]): Condition {
  return ({ contributions, featureCount }, candidates, count) => {
    let kept = 0;
    for (let c = 0; c < count; c++) {
      const i = candidates[c]!;
      let isRaised = false;
      for (const j of places) if (contributions[i * featureCount + j]! >= fewestPoints) isRaised = true;
      if (isRaised) candidates[kept++] = i;
    }
    return kept;
  };
}

function isAsAsked(asked: AttributeCondition, place: number, feature: Feature): Condition {
  const ofLevels = Uint8Array.from([null, ...feature.levels], (level) => Number(holds(asked, level)));
  const isNumberAsked = feature.type === 'date' ? dayTest(asked) : numberTest(asked);
  return ({ inputs }, candidates, count) => {
    const column = inputs[place]!;
    let kept = 0;
    if (column.kind === 'number') {
      for (let c = 0; c < count; c++) {
        const i = candidates[c]!;
        if (isNumberAsked(column.values[i]!)) candidates[kept++] = i;
      }
      return kept;
    }
    const ofCodes = Uint8Array.from([
      ...ofLevels,
      ...column.others.map((text) => Number(holds(asked, text))),
    ]);
    for (let c = 0; c < count; c++) {
      const i = candidates[c]!;
      // MISSING is −1.
      if (ofCodes[column.codes[i]! + 1] === 1) candidates[kept++] = i;
    }
    return kept;
  };
}

/** NaN: not known. */
type NumberTest = (value: number) => boolean;

function dayTest(asked: AttributeCondition): NumberTest {
  // A file has few different days.
  const known = new Map<number, boolean>();
  return (day) => {
    let answer = known.get(day);
    if (answer === undefined)
      known.set(day, (answer = holds(asked, Number.isNaN(day) ? null : dateText(day))));
    return answer;
  };
}

function numberTest({ operator, value }: AttributeCondition): NumberTest {
  const bound = typedNumber(value) ?? NaN;
  switch (operator) {
    case 'is':
      return (found) => found === bound;
    case 'is-not':
      return (found) => found !== bound;
    case 'below':
      return (found) => found < bound;
    case 'above':
      return (found) => found > bound;
    case 'missing':
      return (found) => found !== found;
  }
}
