/** A scored customer as it is stored. Form and batch write it the same way. */
import type { NewPrediction } from '../../store/prediction-writes.ts';
import type { ScoredCustomer } from './scoring.ts';
import type { Reason } from './explanations.ts';

/** Reasons kept with each prediction; the rest is shown as 'all others'. */
export const reasonsKept = 6;

export interface StoredReasons {
  readonly base: number;
  readonly strongest: readonly Reason[];
}

type Origin = Pick<
  NewPrediction,
  'batchId' | 'rowNumber' | 'customerId' | 'source' | 'modelId' | 'isSample' | 'createdBy' | 'createdAt'
>;

export function toStored(customer: ScoredCustomer, origin: Origin): NewPrediction {
  const reasons: StoredReasons = { base: customer.base, strongest: customer.reasons.slice(0, reasonsKept) };
  const [action] = customer.actions;
  return {
    ...origin,
    probability: customer.probability,
    riskLevel: customer.riskLevel,
    reasons: JSON.stringify(reasons),
    actions: JSON.stringify(customer.actions),
    rulesVersion: customer.rulesVersion,
    recommendedAction: action?.action ?? null,
    expectedSaving: action?.expectedSaving ?? null,
    monthlyValue: customer.monthlyValue,
    inputs: JSON.stringify(customer.inputs),
    notes: JSON.stringify(customer.notes),
  };
}
