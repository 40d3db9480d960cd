/** Segments: groups of customers with a name. Who is in one follows from the scores when they are read. */
import { z } from 'zod';
import { isoTimeOf } from '../db/clock.ts';
import type { Db } from '../db.ts';
import { NotFound } from '../errors.ts';
import { readJson } from './json.ts';
import { SegmentPart } from './segment-documents.ts';

export interface NewSegment {
  /** The grouping that it comes from, and its place there; null: a saved filter. */
  readonly grouping: { readonly id: number; readonly place: number } | null;
  readonly name: string;
  readonly parts: readonly SegmentPart[];
}

export interface Segment extends NewSegment {
  readonly id: number;
  readonly grouping: (NonNullable<NewSegment['grouping']> & { readonly name: string }) | null;
  readonly createdAt: string;
}

interface SegmentRow {
  id: number;
  grouping_id: number | null;
  place: number | null;
  name: string;
  parts: string;
  created_by: number | null;
  created_at: string;
}

interface FoundRow extends SegmentRow {
  grouping_name: string | null;
}

function selectSegments(db: Db) {
  return db('segments')
    .leftJoin('groupings', 'groupings.id', 'segments.grouping_id')
    .select<FoundRow[]>('segments.*', 'groupings.name as grouping_name');
}

/** By name. */
export async function listSegments(db: Db): Promise<Segment[]> {
  const rows = await selectSegments(db).orderBy(['segments.name', 'segments.id']);
  return rows.map(toSegment);
}

/** In the order of their places. */
export async function listSegmentsOf(db: Db, groupingId: number): Promise<Segment[]> {
  const rows = await selectSegments(db).where({ grouping_id: groupingId }).orderBy('place');
  return rows.map(toSegment);
}

export async function findSegment(db: Db, id: number): Promise<Segment | undefined> {
  const [row] = await selectSegments(db).where({ 'segments.id': id });
  return row && toSegment(row);
}

/** @throws NotFound */
export async function getSegment(db: Db, id: number): Promise<Segment> {
  const segment = await findSegment(db, id);
  if (!segment) throw new NotFound('segment');
  return segment;
}

export async function insertSegment(
  db: Db,
  { grouping, name, parts }: NewSegment,
  userId: number | null,
): Promise<number> {
  const [row] = await db<SegmentRow>('segments')
    .insert({
      grouping_id: grouping?.id ?? null,
      place: grouping?.place ?? null,
      name,
      parts: JSON.stringify(parts),
      created_by: userId,
      created_at: await isoTimeOf(db),
    })
    .returning('id');
  return row!.id;
}

export async function renameSegment(db: Db, id: number, name: string): Promise<void> {
  await db('segments').where({ id }).update({ name });
}

export async function deleteSegment(db: Db, id: number): Promise<void> {
  await db('segments').where({ id }).delete();
}

function toSegment(row: FoundRow): Segment {
  return {
    id: row.id,
    grouping:
      row.grouping_id === null
        ? null
        : { id: row.grouping_id, place: row.place ?? 0, name: row.grouping_name ?? '' },
    name: row.name,
    parts: readJson(z.array(SegmentPart), row.parts, `parts of segment ${row.id}`),
    createdAt: row.created_at,
  };
}
