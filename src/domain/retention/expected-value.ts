/**
 * What an action is expected to save: probability × save rate × value − cost.
 *
 * Assumptions: the probability is calibrated; the save rate is the same for all customers an action is for; the cost is paid
 * for everyone who is contacted. Value is monthly revenue over the months that a saved customer goes on paying.
 */

/** Of one action for one customer. */
export interface ActionTerms {
  /** Share of customers who would have left and stay because of the action, in [0, 1]. */
  readonly saveRate: number;
  /** In money, at least 0. */
  readonly cost: number;
}

/** In money, below 0 where contacting is expected to lose; NaN where the monthly value is. */
export function expectedSavingOf(
  probability: number,
  { saveRate, cost }: ActionTerms,
  monthlyValue: number,
  valueMonths: number,
): number {
  // Always in this order of factors: lists, files and a customer's page have the same bits.
  return probability * saveRate * monthlyValue * valueMonths - cost;
}

/**
 * The save rate from which on an action pays for itself with this customer; above 1 where it never does. Null where nothing
 * can be lost, so that no save rate pays for a cost.
 */
export function breakEvenSaveRate(probability: number, value: number, cost: number): number | null {
  const loss = probability * value;
  if (cost === 0) return 0;
  return loss > 0 ? cost / loss : null;
}
