/**
 * Retention rules for many customers at once: conditions are looked up once against the schema, and each is then one
 * pass over a column. The answer is the first of `chooseActions` for every row.
 */
import type { Feature } from '../../ml/data/schema.ts';
import type { FrozenRules } from '../../store/batch-documents.ts';
import type { InputColumn } from '../../store/score-files/group.ts';
import { foldName } from '../csv/column-names.ts';
import { dateText, typedNumber } from '../scoring/cell-values.ts';
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

/** Takes the 1 of each row that does not meet a condition from `matches`. */
type Condition = (rows: RuleRows, matches: Uint8Array) => void;

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
      const conditions = conditionsOf(rule, features, { mediumFrom, highFrom });
      return conditions === null ? [] : [{ rule, conditions }];
    });
  return { rules: compiled.map(({ rule }) => rule), choose: (rows) => choose(compiled, rows, valueMonths) };
}

function choose(compiled: readonly CompiledRule[], rows: RuleRows, valueMonths: number): ChosenActions {
  const { rowCount, probability, monthlyValue } = rows;
  const actions = new Uint16Array(rowCount);
  const expectedSaving = new Float64Array(rowCount).fill(NaN);
  const matches = new Uint8Array(rowCount);
  compiled.forEach(({ rule, conditions }, k) => {
    matches.fill(1);
    for (const condition of conditions) condition(rows, matches);
    for (let i = 0; i < rowCount; i++) {
      if (matches[i] === 0) continue;
      // In this order of factors, so that a customer's page has the same bits.
      const saving = probability[i]! * rule.saveRate * monthlyValue[i]! * valueMonths - rule.cost;
      const isUnknown = monthlyValue[i] !== monthlyValue[i];
      if (actions[i] === 0 ? isUnknown || saving > 0 : saving > expectedSaving[i]!) {
        actions[i] = k + 1;
        expectedSaving[i] = saving;
      }
    }
  });
  return { actions, expectedSaving };
}

/** null: no customer of this model can meet them. */
function conditionsOf(
  { conditions: { riskLevels, minMonthlyValue, reason, attributes } }: RetentionRule,
  features: readonly Feature[],
  { mediumFrom, highFrom }: Pick<FrozenRules, 'mediumFrom' | 'highFrom'>,
): readonly Condition[] | null {
  const conditions: Condition[] = [];
  if (riskLevels.length > 0) {
    const [low, medium, high] = (['low', 'medium', 'high'] as const).map((level) =>
      riskLevels.includes(level),
    );
    conditions.push(({ probability }, matches) => {
      for (let i = 0; i < matches.length; i++) {
        const p = probability[i]!;
        const isAsked = p >= highFrom ? high : p >= mediumFrom ? medium : low;
        if (!isAsked) matches[i] = 0;
      }
    });
  }
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
  return ({ monthlyValue }, matches) => {
    for (let i = 0; i < matches.length; i++) {
      const value = monthlyValue[i]!;
      if (!((value === value ? value : -1) >= least)) matches[i] = 0;
    }
  };
}

function raisesRisk(places: readonly number[]): Condition {
  return ({ contributions, featureCount }, matches) => {
    for (let i = 0, at = 0; i < matches.length; i++, at += featureCount) {
      let isRaised = false;
      for (const j of places) if (contributions[at + j]! >= fewestPoints) isRaised = true;
      if (!isRaised) matches[i] = 0;
    }
  };
}

function isAsAsked(asked: AttributeCondition, place: number, feature: Feature): Condition {
  const ofLevels = Uint8Array.from([null, ...feature.levels], (level) => Number(holds(asked, level)));
  const testNumbers = feature.type === 'date' ? dayTest(asked) : numberTest(asked);
  return ({ inputs }, matches) => {
    const column = inputs[place]!;
    if (column.kind === 'number') {
      testNumbers(column.values, matches);
      return;
    }
    const ofCodes = Uint8Array.from([
      ...ofLevels,
      ...column.others.map((text) => Number(holds(asked, text))),
    ]);
    // MISSING is −1.
    for (let i = 0; i < matches.length; i++) matches[i]! &= ofCodes[column.codes[i]! + 1]!;
  };
}

/** Takes the 1 of each row whose value is not as asked. NaN: not known. */
type NumberTest = (values: Float64Array, matches: Uint8Array) => void;

function dayTest(asked: AttributeCondition): NumberTest {
  // A file has few different days.
  const known = new Map<number, boolean>();
  return (values, matches) => {
    values.forEach((day, i) => {
      let answer = known.get(day);
      if (answer === undefined)
        known.set(day, (answer = holds(asked, Number.isNaN(day) ? null : dateText(day))));
      if (!answer) matches[i] = 0;
    });
  };
}

/** A loop for each operator: a call for each row would cost several times as much. */
function numberTest({ operator, value }: AttributeCondition): NumberTest {
  const bound = typedNumber(value) ?? NaN;
  switch (operator) {
    case 'is':
      return (values, matches) => {
        for (let i = 0; i < matches.length; i++) if (!(values[i] === bound)) matches[i] = 0;
      };
    case 'is-not':
      return (values, matches) => {
        for (let i = 0; i < matches.length; i++) if (values[i] === bound) matches[i] = 0;
      };
    case 'below':
      return (values, matches) => {
        for (let i = 0; i < matches.length; i++) if (!(values[i]! < bound)) matches[i] = 0;
      };
    case 'above':
      return (values, matches) => {
        for (let i = 0; i < matches.length; i++) if (!(values[i]! > bound)) matches[i] = 0;
      };
    case 'missing':
      return (values, matches) => {
        for (let i = 0; i < matches.length; i++) if (values[i] === values[i]) matches[i] = 0;
      };
  }
}
