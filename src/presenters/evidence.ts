/** What finished campaigns say of actions and of groups of customers. */
import type {
  ActionEvidence,
  EvidenceOverview,
  Finding,
  ReasonEvidence,
} from '../domain/campaigns/evidence-overview.ts';
import type { HarmListing } from '../domain/campaigns/harm.ts';
import type { HarmedGroup } from '../store/campaigns.ts';
import { pointsRange } from './campaign-results.ts';
import type { RiskWord, ViewHelpers } from './view-helpers.ts';

const findingWords: Readonly<Record<Finding, string>> = {
  helps: 'Keeps customers',
  harms: 'Contact raises churn',
  'no-use': 'Does not help: an effect that matters is ruled out',
  unclear: 'Not shown yet',
};

export function presentEvidence(h: ViewHelpers, { actions, reasons, harmed }: EvidenceOverview) {
  return {
    title: 'Evidence',
    actions: actions.map((action) => presentAction(h, action)),
    reasons: reasons.map((reason) => presentReason(h, reason)),
    neverHelped: neverHelpedOf(h, actions, reasons),
    harmed: harmed.map((listing) => presentHarm(h, listing)),
  };
}

function presentAction(h: ViewHelpers, { action, expected, saveRate, effect, finding }: ActionEvidence) {
  const { mean, low, high, campaigns, customers, controls } = saveRate;
  return {
    action,
    expected: h.share(expected),
    saveRate: `${h.rate(mean)} (${h.rate(low)} to ${h.rate(high)})`,
    evidence: `${h.plural(campaigns.length, 'campaign')}, ${h.plural(customers, 'customer')}, ${h.count(controls)} of them controls`,
    campaigns: campaigns.map(({ id, name }) => ({ href: `/campaigns/${id}`, name })),
    effect: effect === null ? 'too few' : pointsRange(h, effect),
    finding: findingWords[finding],
  };
}

function presentReason(h: ViewHelpers, { reason, customers, campaigns, effect, finding }: ReasonEvidence) {
  return {
    reason: h.label(reason),
    evidence: `${h.plural(campaigns, 'campaign')}, ${h.plural(customers, 'customer')}`,
    effect: effect === null ? 'too few' : pointsRange(h, effect),
    finding: findingWords[finding],
  };
}

/** 'Call; customers at risk because of Contract', or null. */
function neverHelpedOf(
  h: ViewHelpers,
  actions: readonly ActionEvidence[],
  reasons: readonly ReasonEvidence[],
): string | null {
  const isUseless = ({ finding }: { readonly finding: Finding }): boolean =>
    finding === 'no-use' || finding === 'harms';
  const names = [
    ...actions.filter(isUseless).map(({ action }) => action),
    ...reasons.filter(isUseless).map(({ reason }) => `customers at risk because of ${h.label(reason)}`),
  ];
  return names.length === 0 ? null : names.join('; ');
}

function presentHarm(h: ViewHelpers, listing: HarmListing) {
  const { campaign, effect, until } = listing;
  return {
    group: groupWords(h, listing),
    campaign: { href: `/campaigns/${campaign.id}`, name: campaign.name, action: campaign.action },
    effect: pointsRange(h, effect),
    until: h.date(until),
    endPath: `/campaigns/${campaign.id}/harm/end`,
  };
}

/** 'Risk level high', or 'Contract raises the risk most'. */
export function groupWords(h: ViewHelpers, { kind, value }: HarmedGroup): string {
  return kind === 'level'
    ? `Risk level ${h.riskWord(value as RiskWord).toLowerCase()}`
    : `${h.label(value)} raises the risk most`;
}
