/** Who reacts to an arm of a past test, and what other policies would have brought. */
import type { Figure } from '../ml/evaluation/threshold-figures.ts';
import type { PastTestChoice, PolicyFinding, UpliftFinding } from '../store/past-test-documents.ts';
import type { ViewHelpers } from './view-helpers.ts';

const learnerWords: Readonly<Record<string, string>> = {
  't-learner': 'T-learner',
  'x-learner': 'X-learner',
  'doubly-robust': 'Doubly robust learner',
  'transformed-outcome': 'Transformed outcome (baseline)',
};

const problemWords = {
  'few-customers':
    'Too few customers to find out who reacts: each arm needs 50 with the outcome and 50 without it.',
  'no-inputs': 'No column was known before the test, so that nothing can say who reacts.',
} as const;

export function presentUplift(h: ViewHelpers, { outcomeIs }: PastTestChoice, found: UpliftFinding) {
  const { arm, problem, isOfUse, rankings, tenths, policies } = found;
  return {
    arm,
    finding: problem === null ? findingOf(isOfUse) : problemWords[problem],
    gained: outcomeIs === 'left' ? 'Customers saved per 1,000 contacted' : 'Gained per 1,000 contacted',
    tenths: tenths.map((effect, place) => ({
      name: `${place * 10} % to ${(place + 1) * 10} %`,
      effect: thousandWords(h, effect),
    })),
    rankings: rankings.map(({ learner, qini, autoc }) => ({
      name: learnerWords[learner] ?? learner,
      qini: thousandWords(h, qini),
      autoc: thousandWords(h, autoc),
    })),
    outcome: outcomeIs === 'left' ? 'Stayed, of 1,000' : 'Outcomes, of 1,000',
    policies: policies.map((policy) => presentPolicy(h, outcomeIs, policy)),
  };
}

function findingOf(isOfUse: boolean): string {
  return isOfUse
    ? 'Some customers react more than others. The table ranks all by what the action is expected to change.'
    : 'No group was found that reacts differently.';
}

function presentPolicy(h: ViewHelpers, outcomeIs: PastTestChoice['outcomeIs'], found: PolicyFinding) {
  const { policy, share, value, gain } = found;
  const tooFew = 'Too few customers to tell';
  const risk = outcomeIs === 'left' ? 'most likely to leave' : 'most likely to do it anyway';
  const names = {
    nobody: 'Contact nobody',
    everybody: 'Contact everybody',
    uplift: `Contact the ${h.share(share)} who react most`,
    risk: `Contact the ${h.share(share)} ${risk}`,
  };
  return {
    name: names[policy],
    value: value === null ? tooFew : thousandWords(h, value),
    gain: policy === 'nobody' ? h.or(null) : gain === null ? tooFew : thousandWords(h, gain),
  };
}

/** '45 (39 to 52)', in 1,000 customers. */
export function thousandWords(h: ViewHelpers, { value, low, high }: Figure): string {
  const text = (share: number): string => {
    const thousandths = 1_000 * share;
    const digits = Math.abs(thousandths) < 9.95 ? 10 : 1;
    return h.number(Math.round(thousandths * digits) / digits);
  };
  return `${text(value)} (${text(low)} to ${text(high)})`;
}
