import { z } from 'zod';
import type { Db, StoredBoolean } from '../db.ts';
import { isoTimeOf } from '../db/clock.ts';
import { NotFound } from '../errors.ts';
import { DatasetColumn, StoredProfile } from './dataset-documents.ts';
import { readJson, readJsonOrNull } from './json.ts';

export type { DatasetColumn } from './dataset-documents.ts';

const Columns = z.array(DatasetColumn);
const Notes = z.array(z.string());

export const datasetKinds = ['customers', 'transactions'] as const;
export type DatasetKind = (typeof datasetKinds)[number];
export const datasetStates = ['reading', 'ready', 'failed'] as const;
export type DatasetState = (typeof datasetStates)[number];

export interface Dataset {
  readonly id: number;
  readonly name: string;
  /** Relative to the data folder. */
  readonly file: string;
  readonly originalName: string | null;
  readonly sha256: string;
  readonly byteSize: number | null;
  readonly rowCount: number;
  readonly columns: readonly DatasetColumn[];
  readonly kind: DatasetKind;
  readonly state: DatasetState;
  /** The first version's id; its own where it is the first. */
  readonly seriesId: number;
  readonly version: number;
  readonly notes: readonly string[];
  /** JSON: domain's LabelDefinition, or null. */
  readonly label: unknown;
  /** Null while the file is being read. */
  readonly profile: StoredProfile | null;
  readonly error: string | null;
  readonly confirmedAt: string | null;
  readonly isSample: boolean;
  readonly createdAt: string;
}

interface DatasetRow {
  id: number;
  name: string;
  file: string;
  original_name: string | null;
  sha256: string;
  byte_size: number | null;
  row_count: number;
  columns: string;
  kind: DatasetKind;
  state: DatasetState;
  series_id: number | null;
  version: number;
  notes: string;
  label: string | null;
  profile: string | null;
  error: string | null;
  confirmed_at: string | null;
  is_sample: StoredBoolean;
  created_by: number | null;
  created_at: string;
}

export interface NewDataset {
  readonly name: string;
  readonly file: string;
  readonly originalName?: string;
  readonly sha256: string;
  readonly byteSize?: number;
  readonly rowCount: number;
  readonly columns: readonly DatasetColumn[];
  readonly kind?: DatasetKind;
  readonly state?: DatasetState;
  readonly seriesId?: number | null;
  readonly version?: number;
  readonly label?: unknown;
  readonly isSample: boolean;
  readonly createdBy?: number | null;
}

export async function insertDataset(db: Db, dataset: NewDataset): Promise<number> {
  const [row] = await db<DatasetRow>('datasets')
    .insert({
      name: dataset.name,
      file: dataset.file,
      original_name: dataset.originalName ?? null,
      sha256: dataset.sha256,
      byte_size: dataset.byteSize ?? null,
      row_count: dataset.rowCount,
      columns: JSON.stringify(dataset.columns),
      kind: dataset.kind ?? 'customers',
      state: dataset.state ?? 'ready',
      series_id: dataset.seriesId ?? null,
      version: dataset.version ?? 1,
      label: jsonOrNull(dataset.label),
      is_sample: dataset.isSample,
      created_by: dataset.createdBy ?? null,
      created_at: await isoTimeOf(db),
    })
    .returning('id');
  return row!.id;
}

export async function findDataset(db: Db, id: number): Promise<Dataset | undefined> {
  const row = await db<DatasetRow>('datasets').where({ id }).first();
  return row && toDataset(row);
}

/** @throws NotFound */
export async function getDataset(db: Db, id: number): Promise<Dataset> {
  const dataset = await findDataset(db, id);
  if (!dataset) throw new NotFound('dataset');
  return dataset;
}

/** Newest first. */
export async function listDatasets(db: Db): Promise<Dataset[]> {
  const rows = await db<DatasetRow>('datasets').orderBy('id', 'desc');
  return rows.map(toDataset);
}

export async function listSampleDatasets(db: Db): Promise<Dataset[]> {
  const rows = await db<DatasetRow>('datasets').where({ is_sample: true }).orderBy('id');
  return rows.map(toDataset);
}

/** All versions of the same table, newest first. */
export async function listVersions(db: Db, seriesId: number): Promise<Dataset[]> {
  const rows = await db<DatasetRow>('datasets')
    .where({ id: seriesId })
    .orWhere({ series_id: seriesId })
    .orderBy('version', 'desc');
  return rows.map(toDataset);
}

export async function listDatasetFiles(db: Db): Promise<string[]> {
  const rows = await db<DatasetRow>('datasets').select('file');
  return rows.map(({ file }) => file);
}

export interface DatasetChange {
  readonly name?: string;
  readonly file?: string;
  readonly sha256?: string;
  readonly byteSize?: number;
  readonly rowCount?: number;
  readonly columns?: readonly DatasetColumn[];
  readonly kind?: DatasetKind;
  readonly state?: DatasetState;
  readonly seriesId?: number | null;
  readonly notes?: readonly string[];
  readonly label?: unknown;
  readonly profile?: unknown;
  readonly error?: string | null;
  readonly confirmedAt?: string | null;
}

export async function updateDataset(db: Db, id: number, change: DatasetChange): Promise<void> {
  const row: Record<string, unknown> = {};
  const plain = [
    ['name', 'name'],
    ['file', 'file'],
    ['sha256', 'sha256'],
    ['byteSize', 'byte_size'],
    ['rowCount', 'row_count'],
    ['kind', 'kind'],
    ['state', 'state'],
    ['seriesId', 'series_id'],
    ['error', 'error'],
    ['confirmedAt', 'confirmed_at'],
  ] as const;
  for (const [key, column] of plain) if (key in change) row[column] = change[key];
  for (const key of ['columns', 'notes', 'label', 'profile'] as const)
    if (key in change) row[key] = jsonOrNull(change[key]);
  if (Object.keys(row).length > 0) await db('datasets').where({ id }).update(row);
}

export async function deleteDataset(db: Db, id: number): Promise<void> {
  await db('datasets').where({ id }).delete();
}

function jsonOrNull(value: unknown): string | null {
  return value === undefined || value === null ? null : JSON.stringify(value);
}

function toDataset(row: DatasetRow): Dataset {
  const of = (column: string): string => `${column} of dataset ${row.id}`;
  return {
    id: row.id,
    name: row.name,
    file: row.file,
    originalName: row.original_name,
    sha256: row.sha256,
    byteSize: row.byte_size,
    rowCount: row.row_count,
    columns: readJson(Columns, row.columns, of('columns')),
    kind: row.kind,
    state: row.state,
    seriesId: row.series_id ?? row.id,
    version: row.version,
    notes: readJson(Notes, row.notes, of('notes')),
    label: readJsonOrNull(z.unknown(), row.label, of('label')),
    profile: readJsonOrNull(StoredProfile, row.profile, of('profile')),
    error: row.error,
    confirmedAt: row.confirmed_at,
    isSample: Boolean(row.is_sample),
    createdAt: row.created_at,
  };
}
