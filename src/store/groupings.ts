/** Groupings: customers divided into segments by a job, by likeness or by fifths. */
import { isoTimeOf } from '../db/clock.ts';
import type { Db } from '../db.ts';
import { NotFound } from '../errors.ts';
import { GroupingFindings, GroupingTerms } from './grouping-documents.ts';
import { readJson, readJsonOrNull } from './json.ts';

/** By k-means, or by fifths of recency, frequency and spend. */
export type GroupingKind = 'clusters' | 'fifths';
/** `working`: a job is at it. */
export type GroupingState = 'working' | 'ready' | 'failed';

export interface NewGrouping {
  readonly kind: GroupingKind;
  readonly name: string;
  readonly terms: GroupingTerms;
}

export interface Grouping extends NewGrouping {
  readonly id: number;
  readonly state: GroupingState;
  /** Null until it is ready. */
  readonly findings: GroupingFindings | null;
  /** Why it could not be made. */
  readonly error: string | null;
  readonly createdAt: string;
}

interface GroupingRow {
  id: number;
  kind: GroupingKind;
  name: string;
  state: GroupingState;
  terms: string;
  findings: string | null;
  error: string | null;
  created_by: number | null;
  created_at: string;
}

/** Newest first. */
export async function listGroupings(db: Db): Promise<Grouping[]> {
  const rows = await db<GroupingRow>('groupings').orderBy('id', 'desc');
  return rows.map(toGrouping);
}

/** @throws NotFound */
export async function getGrouping(db: Db, id: number): Promise<Grouping> {
  const row = await db<GroupingRow>('groupings').where({ id }).first();
  if (!row) throw new NotFound('grouping');
  return toGrouping(row);
}

export async function insertGrouping(
  db: Db,
  { kind, name, terms }: NewGrouping,
  userId: number | null,
): Promise<number> {
  const [row] = await db<GroupingRow>('groupings')
    .insert({
      kind,
      name,
      state: 'working',
      terms: JSON.stringify(terms),
      created_by: userId,
      created_at: await isoTimeOf(db),
    })
    .returning('id');
  return row!.id;
}

export async function endGrouping(db: Db, id: number, findings: GroupingFindings): Promise<void> {
  const change = { state: 'ready', findings: JSON.stringify(findings) };
  await db('groupings').where({ id, state: 'working' }).update(change);
}

export async function failGrouping(db: Db, id: number, error: string): Promise<void> {
  await db('groupings').where({ id, state: 'working' }).update({ state: 'failed', error });
}

/** With its segments; false: a job is at it. */
export async function deleteGrouping(db: Db, id: number): Promise<boolean> {
  return (await db('groupings').where({ id }).whereNot('state', 'working').delete()) > 0;
}

function toGrouping(row: GroupingRow): Grouping {
  return {
    id: row.id,
    kind: row.kind,
    name: row.name,
    state: row.state,
    terms: readJson(GroupingTerms, row.terms, `terms of grouping ${row.id}`),
    findings: readJsonOrNull(GroupingFindings, row.findings, `findings of grouping ${row.id}`),
    error: row.error,
    createdAt: row.created_at,
  };
}
