/** A rule as it would be if it were saved, among the others. */
import type { NewRule } from '../../store/retention-rules.ts';
import type { RetentionRule } from './matching.ts';

export interface RuleDraft {
  /** The rule that it would take the place of; null: a new one. */
  readonly id: number | null;
  readonly rule: NewRule;
}

/** Of a rule that is not stored yet; stored ones begin with 1. */
const newId = 0;
export const draftVersion = 0;

/** In the order in which they would apply. */
export function withDraft(rules: readonly RetentionRule[], { id, rule }: RuleDraft): RetentionRule[] {
  const drafted = { ...rule, id: id ?? newId, version: draftVersion };
  const others = rules.filter((one) => one.id !== id);
  const isBefore = (one: RetentionRule): boolean =>
    one.position < rule.position || (one.position === rule.position && (id === null || one.id < id));
  return [...others.filter(isBefore), drafted, ...others.filter((one) => !isBefore(one))];
}
