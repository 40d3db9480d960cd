/** Customers of a control group: wherever an action would be recommended, these words stand instead. */

export const doNotContact = 'Control – do not contact';

interface Recommendation {
  readonly customerId: string | null;
  readonly recommendedAction: string | null;
  readonly expectedSaving: number | null;
}

/** `controls`: customers of control groups of campaigns that run. */
export function withoutContact<T extends Recommendation>(score: T, controls: ReadonlySet<string>): T {
  if (score.customerId === null || !controls.has(score.customerId)) return score;
  return { ...score, recommendedAction: doNotContact, expectedSaving: null };
}
