/** Members of a launched campaign as files for those who work with it. */
import type { Db } from '../../db.ts';
import { controlArm, listMembersWithOutcomes } from '../../store/campaign-members.ts';
import type { Member } from '../../store/campaign-members.ts';
import type { Campaign } from '../../store/campaigns.ts';
import { outcomeOf } from './member-outcome.ts';

/** Customers to contact; never a control. */
export async function listTreated(db: Db, campaignId: number): Promise<Member[]> {
  const members = await listMembersWithOutcomes(db, campaignId);
  return members.filter(({ arm }) => arm !== controlArm);
}

/** Customers of both arms, mixed, of whom it is not known yet whether they left. */
export async function findUnknown(db: Db, campaign: Campaign): Promise<string[]> {
  const horizon = { launchedOn: campaign.launchedOn!, endsOn: campaign.endsOn! };
  const members = await listMembersWithOutcomes(db, campaign.id);
  return members
    .filter((member) => ['unknown', 'maturing'].includes(outcomeOf(member, horizon)))
    .map(({ customerId }) => customerId);
}
