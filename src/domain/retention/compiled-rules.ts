/**
 * Retention rules for many customers at once: conditions are looked up once against the schema, and each is then one
 * pass over a column. The answer is the first of `chooseActions` for every row.
 */
import type { ScoredFeature } from '../../store/score-files/group.ts';
import type { FrozenRules } from '../../store/batch-documents.ts';
import type { RiskThresholds } from '../risk/levels.ts';
import type { CompiledCondition, LevelledRows, RuleRows } from './conditions/kind.ts';
import { compileConditions } from './conditions/kinds.ts';
import { expectedSavingOf } from './expected-value.ts';
import type { ValueTerms } from './expected-value.ts';
import type { RetentionRule } from './matching.ts';
import type { PastQuestion } from './past/questions.ts';
import { answersFor, noPast, placeOf } from './past/table.ts';
import type { PastTable } from './past/table.ts';

export interface ChosenActions {
  /** 0: none; k: `rules[k - 1]` of the compiled rules. */
  readonly actions: Uint16Array;
  /** NaN: there is no action, or the monthly revenue is not known. */
  readonly expectedSaving: Float64Array;
}

interface CompiledRule {
  readonly rule: RetentionRule;
  readonly conditions: readonly CompiledCondition[];
}

export interface CompiledRules {
  /** Those that can match, in their order. */
  readonly rules: readonly RetentionRule[];
  readonly choose: (rows: RuleRows) => ChosenActions;
  /** Calls `visit` once for each rule, with the rows that meet its conditions, ascending; the array is used again. */
  readonly visitMatches: (rows: RuleRows, visit: VisitMatches) => void;
}

/** `rule`: its place in `rules`; the first `count` entries of `found` are rows. */
type VisitMatches = (rule: number, found: Int32Array, count: number) => void;

export function compileRules(
  { rules, mediumFrom, highFrom, valueMonths, valueMargin }: Omit<FrozenRules, 'threshold'>,
  features: readonly ScoredFeature[],
  past: PastTable = noPast,
): CompiledRules {
  const compiled = rules
    .filter((rule) => rule.enabled)
    .flatMap((rule): CompiledRule[] => {
      const context = {
        action: rule.action,
        placeOf: (question: PastQuestion) => placeOf(past, question),
      };
      const conditions = compileConditions(rule.conditions, features, context);
      return conditions === null ? [] : [{ rule, conditions }];
    });
  const levelled = (rows: RuleRows) => levelledRows(rows, { mediumFrom, highFrom }, past);
  return {
    rules: compiled.map(({ rule }) => rule),
    choose: (rows) => choose(compiled, levelled(rows), { valueMonths, valueMargin }),
    visitMatches: (rows, visit) => {
      visitMatches(compiled, levelled(rows), visit);
    },
  };
}

function choose(compiled: readonly CompiledRule[], rows: LevelledRows, worth: ValueTerms): ChosenActions {
  const { rowCount, probability, monthlyValue } = rows;
  const actions = new Uint16Array(rowCount);
  const expectedSaving = new Float64Array(rowCount).fill(NaN);
  visitMatches(compiled, rows, (k, candidates, count) => {
    const { rule } = compiled[k]!;
    for (let c = 0; c < count; c++) {
      const i = candidates[c]!;
      const saving = expectedSavingOf(probability[i]!, rule, monthlyValue[i]!, worth);
      const isUnknown = monthlyValue[i] !== monthlyValue[i];
      if (actions[i] === 0 ? isUnknown || saving > 0 : saving > expectedSaving[i]!) {
        actions[i] = k + 1;
        expectedSaving[i] = saving;
      }
    }
  });
  return { actions, expectedSaving };
}

function visitMatches(compiled: readonly CompiledRule[], rows: LevelledRows, visit: VisitMatches): void {
  const everyone = new Int32Array(rows.rowCount).map((_, i) => i);
  const candidates = new Int32Array(rows.rowCount);
  compiled.forEach(({ conditions }, k) => {
    candidates.set(everyone);
    let count = rows.rowCount;
    for (const condition of conditions) count = condition(rows, candidates, count);
    visit(k, candidates, count);
  });
}

function levelledRows(rows: RuleRows, thresholds: RiskThresholds, table: PastTable): LevelledRows {
  let past: Uint8Array | null = null;
  return {
    ...rows,
    level: levelsOf(rows.probability, thresholds),
    past: () => (past ??= answersFor(table, rows.identifiers())),
    questionCount: table.questions.length,
  };
}

/** The place of each row's level in `riskLevels`. */
function levelsOf(probability: Float64Array, { mediumFrom, highFrom }: RiskThresholds): Uint8Array {
  const levels = new Uint8Array(probability.length);
  for (let i = 0; i < probability.length; i++) {
    const p = probability[i]!;
    levels[i] = p >= highFrom ? 2 : p >= mediumFrom ? 1 : 0;
  }
  return levels;
}
