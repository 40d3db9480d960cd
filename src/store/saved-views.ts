/** Views of a page that people saved: its address with the filters, under a name. */
import { z } from 'zod';
import { isoTimeOf } from '../db/clock.ts';
import type { Db } from '../db.ts';
import { readJson } from './json.ts';
import type { Stored } from './json.ts';

/** The pages that have views. */
export const viewPaths = [
  '/analytics',
  '/analytics/pairs',
  '/analytics/drivers',
  '/analytics/movement',
  '/analytics/history',
  '/customers',
] as const;
export type ViewPath = (typeof viewPaths)[number];

/** The parameters of the address that are set. */
const ViewQuery = z.record(z.string(), z.union([z.string(), z.number()]));
export type ViewQuery = Stored<z.infer<typeof ViewQuery>>;

export interface NewView {
  readonly path: ViewPath;
  readonly name: string;
  readonly query: ViewQuery;
  /** Everybody sees it; otherwise its owner alone. */
  readonly isShared: boolean;
}

export interface SavedView extends NewView {
  readonly id: number;
  readonly ownerId: number;
  readonly ownerName: string;
}

interface ViewRow {
  id: number;
  path: ViewPath;
  name: string;
  query: string;
  is_shared: number | boolean;
  owner_id: number;
  created_at: string;
}

interface FoundRow extends ViewRow {
  owner_name: string;
}

/** Those that this user sees, by name. */
export async function listSavedViews(db: Db, userId: number): Promise<SavedView[]> {
  const rows = await selectViews(db)
    .where({ is_shared: true })
    .orWhere({ owner_id: userId })
    .orderBy(['saved_views.name', 'saved_views.id']);
  return rows.map(toView);
}

export async function findSavedView(db: Db, id: number): Promise<SavedView | undefined> {
  const [row] = await selectViews(db).where({ 'saved_views.id': id });
  return row && toView(row);
}

export async function insertSavedView(db: Db, view: NewView, ownerId: number): Promise<number> {
  const [row] = await db<ViewRow>('saved_views')
    .insert({
      path: view.path,
      name: view.name,
      query: JSON.stringify(view.query),
      is_shared: view.isShared,
      owner_id: ownerId,
      created_at: await isoTimeOf(db),
    })
    .returning('id');
  return row!.id;
}

export async function updateSavedView(
  db: Db,
  id: number,
  { name, isShared }: Pick<NewView, 'name' | 'isShared'>,
): Promise<void> {
  await db('saved_views').where({ id }).update({ name, is_shared: isShared });
}

export async function deleteSavedView(db: Db, id: number): Promise<void> {
  await db('saved_views').where({ id }).delete();
}

function selectViews(db: Db) {
  return db('saved_views')
    .join('users', 'users.id', 'saved_views.owner_id')
    .select<FoundRow[]>('saved_views.*', 'users.name as owner_name');
}

function toView(row: FoundRow): SavedView {
  return {
    id: row.id,
    path: row.path,
    name: row.name,
    query: readJson(ViewQuery, row.query, `query of saved view ${row.id}`),
    isShared: Boolean(row.is_shared),
    ownerId: row.owner_id,
    ownerName: row.owner_name,
  };
}
