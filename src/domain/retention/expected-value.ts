/**
 * What an action is expected to save: probability × save rate × customer value − cost.
 *
 * Assumptions: the probability is calibrated; the save rate is the same for all customers an action is for; the cost is paid
 * for everyone who is contacted. The customer value is the margin of the monthly revenue over the months that a saved customer
 * goes on paying.
 */

/** Of one action for one customer. */
export interface ActionTerms {
  /** Share of customers who would have left and stay because of the action, in [0, 1]. */
  readonly saveRate: number;
  /** In money, at least 0. */
  readonly cost: number;
}

/** How the value of a customer follows from the monthly revenue. */
export interface ValueTerms {
  /** Months that a saved customer goes on paying, above 0. */
  readonly valueMonths: number;
  /** Share of the revenue that is left after what serving the customer costs, in (0, 1]. */
  readonly valueMargin: number;
}

/** In money; NaN where the monthly revenue is. */
export function customerValue(monthlyValue: number, { valueMonths, valueMargin }: ValueTerms): number {
  return monthlyValue * valueMonths * valueMargin;
}

/** In money, below 0 where contacting is expected to lose; NaN where the monthly value is. */
export function expectedSavingOf(
  probability: number,
  { saveRate, cost }: ActionTerms,
  monthlyValue: number,
  { valueMonths, valueMargin }: ValueTerms,
): number {
  // Always in this order of factors: lists, files and a customer's page have the same bits.
  return probability * saveRate * monthlyValue * valueMonths * valueMargin - cost;
}

/**
 * The save rate from which on an action pays for itself with this customer; above 1 where it never does. Null where nothing
 * can be lost, so that no save rate pays for a cost. Of many customers: with their summed loss and cost.
 */
export function breakEvenSaveRate(probability: number, value: number, cost: number): number | null {
  const loss = probability * value;
  if (cost === 0) return 0;
  return loss > 0 ? cost / loss : null;
}
