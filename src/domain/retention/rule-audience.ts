/** Whom a rule is for, whatever else is recommended to them, and from which save rate on its action pays for itself with them. */
import type { NewRule } from '../../store/retention-rules.ts';
import type { ScoredFeature } from '../../store/score-files/group.ts';
import type { ScoringRules } from '../scoring/scoring.ts';
import { compileRules } from './compiled-rules.ts';
import type { CompiledRules } from './compiled-rules.ts';
import type { RuleRows } from './conditions/kind.ts';
import { draftVersion } from './draft.ts';
import type { RetentionRule } from './matching.ts';
import type { PastTable } from './past/table.ts';
import { breakEvenSaveRate, customerValue, expectedSavingOf } from './expected-value.ts';

/** Customers who meet the conditions of a rule. */
export interface RuleAudience {
  readonly customers: number;
  /** Customers with whom the action is expected to save more than it costs. */
  readonly paying: number;
  /** The save rate from which on the action pays for itself with all of them together; null: not known, or there is none. */
  readonly breakEven: number | null;
}

/** As if it applied today. */
export function ruleAlone(rule: NewRule): RetentionRule {
  return { ...rule, enabled: true, id: 0, version: draftVersion };
}

/** Also of a rule that does not apply on this day, or is not in use. */
export function createAudience(rule: NewRule, scoringRules: ScoringRules, past: PastTable) {
  const alone = { ...scoringRules, rules: [ruleAlone(rule)] };
  let compiled: CompiledRules | null = null;
  let customers = 0;
  let paying = 0;
  let valued = 0;
  let loss = 0;
  const addRow = (probability: number, monthlyValue: number): void => {
    customers++;
    if (Number.isNaN(monthlyValue)) return;
    valued++;
    loss += probability * customerValue(monthlyValue, alone);
    if (expectedSavingOf(probability, rule, monthlyValue, alone) > 0) paying++;
  };
  return {
    add: (features: readonly ScoredFeature[], rows: RuleRows): void => {
      const { probability, monthlyValue } = rows;
      compiled ??= compileRules(alone, features, past);
      compiled.visitMatches(rows, (_, found, count) => {
        for (let k = 0; k < count; k++) addRow(probability[found[k]!]!, monthlyValue[found[k]!]!);
      });
    },
    end: (): RuleAudience => ({
      customers,
      paying,
      breakEven: valued === 0 ? null : breakEvenSaveRate(1, loss / valued, rule.cost),
    }),
  };
}
