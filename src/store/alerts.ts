/** Alerts: what checks have found, from the first time until it is over, and whether people found it useful. */
import type { Db, StoredBoolean } from '../db.ts';
import { isoTimeOf } from '../db/clock.ts';
import { NotFound } from '../errors.ts';

export const alertKinds = [
  'expected-loss',
  'high-risk',
  'drift',
  'failed-run',
  'campaign',
  'model-age',
  'data-age',
] as const;
export type AlertKind = (typeof alertKinds)[number];

/** What one check has found. */
export interface Observation {
  readonly kind: AlertKind;
  /** What it is about, such as `query:3`: of a kind and a subject one alert is open at a time. */
  readonly subject: string;
  /** What it was read from, such as a file: only a check of something else confirms it. */
  readonly evidence: string;
  readonly severity: 'severe' | 'warning';
  /** What it is about in money, at least 0; null: not known. */
  readonly money: number | null;
  readonly title: string;
  readonly detail: string;
  /** The page of what it is about. */
  readonly href: string;
}

/** What became of it beside the page: over the budget of the week it is listed only. */
export type Delivery = 'sent' | 'over-budget' | 'no-receiver';

export interface Alert extends Observation {
  readonly id: number;
  /** How many checks of different evidence have found it. */
  readonly checks: number;
  readonly createdAt: string;
  /** Null: it was found once, and nobody is told yet. */
  readonly raisedAt: string | null;
  /** Null: the last check still found it. */
  readonly endedAt: string | null;
  readonly delivery: Delivery | null;
  /** Null: nobody has said. */
  readonly isUseful: boolean | null;
}

interface AlertRow extends Observation {
  id: number;
  checks: number;
  created_at: string;
  raised_at: string | null;
  ended_at: string | null;
  delivery: Delivery | null;
  is_useful: StoredBoolean | null;
}

/** Those that the last check found, raised or not. */
export async function listOpenAlerts(db: Db): Promise<Alert[]> {
  return (await db<AlertRow>('alerts').whereNull('ended_at').orderBy('id')).map(toAlert);
}

/** Newest first. */
export async function listRaisedAlerts(db: Db, limit: number): Promise<Alert[]> {
  const rows = await db<AlertRow>('alerts').whereNotNull('raised_at').orderBy('id', 'desc').limit(limit);
  return rows.map(toAlert);
}

export async function countOpenRaised(db: Db): Promise<number> {
  return countOf(await db('alerts').whereNotNull('raised_at').whereNull('ended_at').count({ count: '*' }));
}

/** How many were sent since a time. */
export async function countSentSince(db: Db, since: string): Promise<number> {
  const rows = db('alerts').where({ delivery: 'sent' }).where('raised_at', '>', since);
  return countOf(await rows.count({ count: '*' }));
}

/** What people said of alerts. */
export interface Usefulness {
  readonly useful: number;
  readonly answered: number;
}

export async function countUseful(db: Db): Promise<Usefulness> {
  const answered = countOf(await db('alerts').whereNotNull('is_useful').count({ count: '*' }));
  const useful = countOf(await db('alerts').where({ is_useful: true }).count({ count: '*' }));
  return { useful, answered };
}

/** Found for the first time. */
export async function insertAlert(trx: Db, observation: Observation): Promise<Alert> {
  const [row] = await trx<AlertRow>('alerts')
    .insert({ ...observation, checks: 1, created_at: await isoTimeOf(trx) })
    .returning('*');
  return toAlert(row!);
}

/** Found again. */
export async function updateAlert(
  trx: Db,
  id: number,
  observation: Observation,
  checks: number,
): Promise<void> {
  await trx('alerts')
    .where({ id })
    .update({ ...observation, checks });
}

export async function raiseAlert(trx: Db, id: number, delivery: Delivery): Promise<void> {
  await trx('alerts')
    .where({ id })
    .update({ raised_at: await isoTimeOf(trx), delivery });
}

/** Not found any more. One that nobody was told of is forgotten. */
export async function endAlert(trx: Db, { id, raisedAt }: Alert): Promise<void> {
  if (raisedAt === null) await trx('alerts').where({ id }).delete();
  else
    await trx('alerts')
      .where({ id })
      .update({ ended_at: await isoTimeOf(trx) });
}

/** @throws NotFound for one that was not raised */
export async function sayUseful(db: Db, id: number, isUseful: boolean): Promise<void> {
  const changed = await db('alerts').where({ id }).whereNotNull('raised_at').update({ is_useful: isUseful });
  if (changed !== 1) throw new NotFound('alert');
}

function countOf(rows: readonly { readonly count?: string | number | bigint }[]): number {
  return Number(rows[0]?.count ?? 0);
}

function toAlert(row: AlertRow): Alert {
  const { kind, subject, evidence, severity, money, title, detail, href } = row;
  return {
    ...{ kind, subject, evidence, severity, money, title, detail, href },
    id: row.id,
    checks: row.checks,
    createdAt: row.created_at,
    raisedAt: row.raised_at,
    endedAt: row.ended_at,
    delivery: row.delivery,
    isUseful: row.is_useful === null ? null : Boolean(row.is_useful),
  };
}
