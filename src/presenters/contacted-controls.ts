/** Controls of a campaign who were contacted nevertheless, as their page shows them. */
import type { Campaign } from '../store/campaigns.ts';
import type { ContactedControl } from '../store/contacted-controls.ts';
import type { ViewHelpers } from './view-helpers.ts';

export interface ContactedControlsData {
  readonly campaign: Campaign;
  /** The first of them. */
  readonly controls: readonly ContactedControl[];
  readonly count: number;
}

export function presentContactedControls(
  h: ViewHelpers,
  { campaign, controls, count }: ContactedControlsData,
) {
  return {
    title: 'Controls who were contacted',
    campaign: campaign.name,
    href: `/campaigns/${campaign.id}`,
    summary: `${h.count(count)} of ${h.plural(campaign.controlCount, 'control')}`,
    more: count > controls.length ? `The first ${h.count(controls.length)} are shown.` : null,
    controls: controls.map(({ customerId, contactedOn }) => ({
      customer: customerId,
      href: `/actions?customer=${encodeURIComponent(customerId)}`,
      isByHand: contactedOn !== null,
      how: contactedOn === null ? 'An action was done' : `Recorded by hand, ${h.date(contactedOn)}`,
    })),
  };
}
