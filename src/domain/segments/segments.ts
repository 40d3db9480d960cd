/** The life of a segment: saved, renamed, removed; each step with an audit event. */
import { inTransaction } from '../../db.ts';
import type { Db } from '../../db.ts';
import { Conflict } from '../../errors.ts';
import { recordEvent } from '../../store/audit.ts';
import { listCampaigns } from '../../store/campaigns.ts';
import type { CampaignFilter } from '../../store/campaigns.ts';
import { listPlans } from '../../store/plans.ts';
import { listRules, updateRule } from '../../store/retention-rules.ts';
import type { RuleRecord } from '../../store/retention-rules.ts';
import type { SegmentPart } from '../../store/segment-documents.ts';
import { deleteSegment, getSegment, insertSegment, renameSegment } from '../../store/segments.ts';
import type { Segment } from '../../store/segments.ts';
import type { User } from '../people/accounts.ts';

/** Of a file, only those whose latest score is in it would be in the segment, and nobody once all are scored again. */
const ofOneFile =
  'A segment cannot be the customers of one file: customers scored again would no longer be in it. ' +
  'Remove that filter first.';
const ofOneComparison =
  'A segment cannot ask what customers were in another file: customers scored later would never be in it. ' +
  'Remove that filter first.';

/** Why a filter cannot become a segment; null: it can. */
export function whyNotSegment({ batch, there }: CampaignFilter): string | null {
  if (batch !== null) return ofOneFile;
  return there === null ? null : ofOneComparison;
}

export interface SavedFilter {
  readonly name: string;
  readonly filter: CampaignFilter;
}

/** A filter of the customers' list becomes a segment; one within another segment has the parts of both. @throws Conflict */
export async function saveFilter(db: Db, user: User, { name, filter }: SavedFilter): Promise<number> {
  const reason = whyNotSegment(filter);
  if (reason !== null) throw new Conflict(reason);
  return inTransaction(db, async (trx) => {
    const parts = await partsOf(trx, filter);
    const id = await insertSegment(trx, { grouping: null, name, parts }, user.id);
    const { search, ...after } = filter;
    const subject = subjectOf({ name, parts });
    await recordEvent(trx, {
      userId: user.id,
      action: 'segment.saved',
      subject,
      after: { ...after, hasSearch: search !== null },
    });
    return id;
  });
}

/** Who is searched for may be one customer, whom the audit log must not name. */
function subjectOf({ name, parts }: Pick<Segment, 'name' | 'parts'>): string {
  return parts.some((part) => part.kind === 'filter' && part.search !== null)
    ? 'A search for customers'
    : name;
}

async function partsOf(db: Db, { segment, ...filter }: CampaignFilter): Promise<readonly SegmentPart[]> {
  const within = segment === null ? [] : (await getSegment(db, segment)).parts;
  const own: SegmentPart = { kind: 'filter', ...filter };
  return isEverybody(filter) && within.length > 0 ? within : [own, ...within];
}

/** A file to compare with asks nothing without what customers were there. */
export function isEverybody({ compared, there, ...filter }: Omit<CampaignFilter, 'segment'>): boolean {
  const isCompared = compared !== null && there !== null;
  return !isCompared && Object.values(filter).every((value) => value === null);
}

export async function changeName(db: Db, user: User, segment: Segment, name: string): Promise<void> {
  const { id, name: before } = segment;
  const subject = subjectOf({ ...segment, name });
  await inTransaction(db, async (trx) => {
    await renameSegment(trx, id, name);
    for (const rule of await rulesAskingFor(trx, id)) {
      const { conditions } = rule;
      const asked = conditions.segment && { ...conditions.segment, name };
      await updateRule(trx, rule.id, { ...rule, conditions: { ...conditions, segment: asked } });
    }
    const names = subject === name ? { before: { name: before }, after: { name } } : {};
    await recordEvent(trx, { userId: user.id, action: 'segment.renamed', subject, ...names });
  });
}

/** Where a segment is in use. */
export interface SegmentUse {
  readonly kind: 'rule' | 'campaign' | 'plan';
  readonly id: number;
  readonly name: string;
}

/** Campaigns until they are closed, and plans until they are made: from then on their customers are fixed. */
export async function listUses(db: Db, id: number): Promise<SegmentUse[]> {
  const rules = await rulesAskingFor(db, id);
  const campaigns = (await listCampaigns(db)).filter(
    ({ filter, state }) => filter.segment === id && state !== 'closed',
  );
  const plans = (await listPlans(db)).filter(
    ({ filter, state }) => filter.segment === id && state === 'working',
  );
  return [
    ...rules.map(({ id: rule, action }): SegmentUse => ({ kind: 'rule', id: rule, name: action })),
    ...campaigns.map(({ id: campaign, name }): SegmentUse => ({ kind: 'campaign', id: campaign, name })),
    ...plans.map(({ id: plan, name }): SegmentUse => ({ kind: 'plan', id: plan, name })),
  ];
}

async function rulesAskingFor(db: Db, id: number): Promise<RuleRecord[]> {
  return (await listRules(db)).filter(({ conditions }) => conditions.segment?.id === id);
}

/** @throws Conflict where it is in use, with the uses */
export async function removeSegment(db: Db, user: User, segment: Segment): Promise<void> {
  const { id, name, grouping } = segment;
  if (grouping !== null)
    throw new Conflict('This segment is one of a grouping. Remove the grouping, with all of its segments.');
  await inTransaction(db, async (trx) => {
    const uses = await listUses(trx, id);
    if (uses.length > 0) throw new Conflict(inUse(name, uses));
    await deleteSegment(trx, id);
    await recordEvent(trx, { userId: user.id, action: 'segment.removed', subject: subjectOf(segment) });
  });
}

const kindWords = { rule: 'the retention rule', campaign: 'the campaign', plan: 'the plan' } as const;

function inUse(name: string, uses: readonly SegmentUse[]): string {
  const places = uses.map((use) => `${kindWords[use.kind]} ‘${use.name}’`);
  return `The segment ‘${name}’ is used by ${places.join(', ')}. Change or remove these first.`;
}
