/** From which save rate on an action pays for itself. */
import { breakEvenSaveRate, customerValue } from '../domain/retention/expected-value.ts';
import type { ValueTerms } from '../domain/retention/expected-value.ts';
import type { Totals } from '../store/score-files/totals.ts';
import type { ViewHelpers } from './view-helpers.ts';

/** '4.2 %'; null where no save rate is known that pays for the action, and where it costs nothing. */
export function breakEvenText(h: ViewHelpers, breakEven: number | null): string | null {
  return breakEven === null || breakEven === 0 || breakEven > 1 ? null : h.rate(breakEven);
}

interface Scored {
  /** Of all customers; null: they could not be read. */
  readonly totals: Totals | null;
  readonly worth: ValueTerms;
}

/** With the customers of today; null where the cost or their revenue is not known. */
export function breakEvenAtCost(h: ViewHelpers, cost: number, { totals, worth }: Scored): string | null {
  if (!(cost > 0) || totals?.revenueAtRisk == null) return null;
  const words = (whom: string, monthlyLoss: number): string => {
    const rate = breakEvenText(h, breakEvenSaveRate(1, customerValue(monthlyLoss, worth), cost));
    return rate === null ? `never with ${whom}` : `from a save rate of ${rate} with ${whom}`;
  };
  const all = words('all customers', totals.revenueAtRisk / totals.valued);
  const high =
    totals.highRiskLoss === null ? '' : `${words('customers at high risk', totals.highRiskLoss)}, `;
  return `At this cost the action pays for itself ${high}${all}.`;
}
