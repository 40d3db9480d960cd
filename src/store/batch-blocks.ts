/**
 * Groups of blocks of a file that is scored, offered by the worker that has the job to all others. A claim ends unless it is
 * renewed, as the lease of a job does, and has a number: whoever lost a group is not heard any more.
 */
import type { Knex } from 'knex';
import { z } from 'zod';
import type { Db } from '../db.ts';
import { sqlOf } from '../db/sql.ts';
import { wakeWorkers } from '../db/wake-up.ts';
import type { Lease } from './job-leases.ts';
import { leaseMs } from './job-leases.ts';
import { readJson } from './json.ts';

/** Where a block is in the upload. */
const BlockPlace = z.object({
  offset: z.int().min(0),
  byteLength: z.int().min(0),
  records: z.int().min(0),
  recordCount: z.int().min(0),
  /** Its columns in the file that a check kept; null: there are none. */
  columns: z.object({ start: z.int().min(0), end: z.int().min(0) }).nullable(),
});
export type BlockPlace = Readonly<z.infer<typeof BlockPlace>>;

export interface BlockGroup {
  readonly number: number;
  readonly places: readonly BlockPlace[];
}

/** `own`: the worker that has the job scores it, and nobody else may take it. */
type GroupState = 'offered' | 'taken' | 'own' | 'done' | 'failed';

interface GroupRow {
  id: number;
  job_id: number;
  lease: number;
  number: number;
  program: string;
  places: string;
  state: GroupState;
  claim: number;
  worker: string | null;
  taken_until: number | null;
}

/** A claimed group. */
export interface ClaimedGroup extends BlockGroup {
  readonly id: number;
  readonly jobId: number;
  readonly lease: number;
  readonly claim: number;
}

/** Whoever took a group so often has ended with it each time: it is left to the worker that has the job. */
const mostClaims = 3;

/** Call in a transaction of the job, which its lease fences. */
export async function offerGroups(
  trx: Db,
  { id, lease }: Lease,
  { groups, program }: { readonly groups: readonly BlockGroup[]; readonly program: string },
): Promise<void> {
  const rows = groups.map(({ number, places }) => ({
    job_id: id,
    lease,
    number,
    program,
    places: JSON.stringify(places),
    state: 'offered' as const,
  }));
  await trx<GroupRow>('batch_blocks').insert(rows);
  await wakeWorkers(trx);
}

/** The first group of the job that nobody has, below a number: nobody else may take it from then on. Gives its number. */
export async function claimOwnGroup(
  db: Db,
  { id, lease }: Lease,
  below: number,
): Promise<number | undefined> {
  const free = freeGroups(db).where({ job_id: id, lease }).where('number', '<', below);
  const group = await claimFirst(db, free, { state: 'own' });
  return group?.number;
}

/** The oldest group that another worker offers and nobody has; `owner`: who asks. */
export async function claimForeignGroup(
  db: Db,
  owner: string,
  program: string,
): Promise<ClaimedGroup | undefined> {
  const job = db('jobs')
    .select(db.raw('1'))
    .whereRaw('jobs.id = batch_blocks.job_id AND jobs.lease = batch_blocks.lease')
    .where('jobs.state', 'running')
    .whereNot('jobs.lease_owner', owner);
  const free = freeGroups(db).where({ program }).where('claim', '<', mostClaims).whereExists(job);
  const group = await claimFirst(db, free, {
    state: 'taken',
    worker: owner,
    taken_until: db.raw(`${sqlOf(db).now} + ?`, [leaseMs]),
  });
  return (
    group && {
      id: group.id,
      jobId: group.job_id,
      lease: group.lease,
      number: group.number,
      claim: group.claim,
      places: readJson(z.array(BlockPlace), group.places, `places of blocks ${group.id}`),
    }
  );
}

function freeGroups(db: Db): Knex.QueryBuilder {
  return db('batch_blocks')
    .select('id')
    .whereRaw(`(state = 'offered' OR (state = 'taken' AND taken_until < ${sqlOf(db).now}))`)
    .orderBy('id')
    .limit(1);
}

async function claimFirst(db: Db, free: Knex.QueryBuilder, change: object): Promise<GroupRow | undefined> {
  sqlOf(db).takeRow(free);
  const [row] = await groupsOf(db)
    .where('id', free)
    .update({ ...change, claim: db.raw('claim + 1') } as object)
    .returning('*');
  return row;
}

/** False when it was lost. */
export async function renewGroup(db: Db, { id, claim }: ClaimedGroup): Promise<boolean> {
  const change = { taken_until: db.raw(`${sqlOf(db).now} + ?`, [leaseMs]) };
  return (await db('batch_blocks').where({ id, claim, state: 'taken' }).update(change)) === 1;
}

/** `offered` gives it back. Does nothing when it was lost. */
export async function endGroup(
  db: Db,
  { id, claim }: ClaimedGroup,
  state: 'offered' | 'done' | 'failed',
): Promise<void> {
  await groupsOf(db).where({ id, claim, state: 'taken' }).update({ state });
}

/** How far others are with a group of the job, and the number of their claim. */
export async function findGroupState(
  db: Db,
  { id, lease }: Lease,
  number: number,
): Promise<{ readonly state: GroupState; readonly claim: number } | undefined> {
  const row = await groupsOf(db).where({ job_id: id, lease, number }).first('state', 'claim');
  return row;
}

/** Those of all its leases. */
export async function removeGroupsOf(db: Db, jobId: number): Promise<void> {
  await groupsOf(db).where({ job_id: jobId }).delete();
}

/** Those of jobs that nobody has any more, which ended without removing them. */
export async function removeGroupsWithoutJob(db: Db): Promise<void> {
  const open = db('jobs').select('id').whereIn('state', ['queued', 'running']);
  await groupsOf(db).whereNotIn('job_id', open).delete();
}

function groupsOf(db: Db) {
  return db<GroupRow>('batch_blocks');
}
