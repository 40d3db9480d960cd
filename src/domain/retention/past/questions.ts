/** What conditions of retention rules ask about the past of a customer. */
import type { ActionResult } from '../../../store/action-results.ts';

/** Whether an action was done, or is under way, within the last days. */
export interface PastQuestion {
  /** Null: any. */
  readonly action: string | null;
  /** Null: any, or none yet. */
  readonly result: ActionResult | null;
  /** Above 0. */
  readonly days: number;
}

/** The answers for one customer. */
export type HadAction = (question: PastQuestion) => boolean;

export function isSameQuestion(a: PastQuestion, b: PastQuestion): boolean {
  return a.action === b.action && a.result === b.result && a.days === b.days;
}

/** Whether something that was done so many days ago is what a question asks for. */
export function isAsked(
  { action, result, days }: PastQuestion,
  past: { readonly action: string; readonly result: ActionResult | null; readonly daysAgo: number },
): boolean {
  return (
    past.daysAgo <= days &&
    (action === null || action === past.action) &&
    (result === null || result === past.result)
  );
}
