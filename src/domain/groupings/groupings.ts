/** The life of a grouping: asked for, made by a job, divided into segments, removed; each step with an audit event. */
import { inTransaction } from '../../db.ts';
import type { Db } from '../../db.ts';
import { Conflict } from '../../errors.ts';
import { recordEvent } from '../../store/audit.ts';
import type { GroupingFindings } from '../../store/grouping-documents.ts';
import { deleteGrouping, endGrouping, getGrouping, insertGrouping } from '../../store/groupings.ts';
import type { Grouping, NewGrouping } from '../../store/groupings.ts';
import { enqueueJob } from '../../store/jobs.ts';
import type { SegmentPart } from '../../store/segment-documents.ts';
import { insertSegment, listSegmentsOf } from '../../store/segments.ts';
import type { User } from '../people/accounts.ts';
import { listUses } from '../segments/segments.ts';

export async function askForGrouping(db: Db, user: User, grouping: NewGrouping): Promise<number> {
  return inTransaction(db, async (trx) => {
    const id = await insertGrouping(trx, grouping, user.id);
    await enqueueJob(trx, {
      kind: 'make-groups',
      payload: { groupingId: id, userId: user.id, sourceId: grouping.terms.datasetId },
      subject: `Group customers: ${grouping.name}`,
      createdBy: user.id,
    });
    const { name: subject, terms: after } = grouping;
    await recordEvent(trx, { userId: user.id, action: 'grouping.asked-for', subject, after });
    return id;
  });
}

/** Fifths have their groups; of clusters a person chooses how many. Call in the transaction that ends the job. */
export async function finishGrouping(
  trx: Db,
  { id }: Grouping,
  findings: GroupingFindings,
  userId: number,
): Promise<void> {
  await endGrouping(trx, id, findings);
  if (findings.fifths === null) return;
  const { columns, groups } = findings.fifths;
  const found = groups.filter(({ count }) => count > 0);
  for (const [place, { name, cells }] of found.entries())
    await insertSegment(
      trx,
      { grouping: { id, place }, name, parts: [{ kind: 'fifths', columns, cells }] },
      userId,
    );
}

/** Makes the segments of `k` groups. @throws Conflict where there are some already, or there is no such number */
export async function divide(db: Db, user: User, id: number, k: number): Promise<void> {
  await inTransaction(db, async (trx) => {
    const { name: subject, findings } = await getGrouping(trx, id);
    const option = findings?.clusters?.options.find(({ groups }) => groups.length === k);
    if (!option) throw new Conflict('Choose one of the numbers of groups that the page offers.');
    if ((await listSegmentsOf(trx, id)).length > 0)
      throw new Conflict('This grouping has its segments. Group the customers again for another number.');
    for (const [place, { name }] of option.groups.entries()) {
      const part: SegmentPart = { kind: 'nearest', grouping: id, place, columns: option.columns };
      await insertSegment(trx, { grouping: { id, place }, name, parts: [part] }, user.id);
    }
    await recordEvent(trx, { userId: user.id, action: 'grouping.divided', subject, after: { groups: k } });
  });
}

/** With its segments. @throws Conflict while it is being made, or while one of them is in use */
export async function removeGrouping(db: Db, user: User, { id, name }: Grouping): Promise<void> {
  await inTransaction(db, async (trx) => {
    for (const segment of await listSegmentsOf(trx, id))
      if ((await listUses(trx, segment.id)).length > 0)
        throw new Conflict(`The segment ‘${segment.name}’ is in use. Its page says where.`);
    if (!(await deleteGrouping(trx, id)))
      throw new Conflict('The customers are being grouped. Wait until that is done, or cancel its job.');
    await recordEvent(trx, { userId: user.id, action: 'grouping.removed', subject: name });
  });
}
