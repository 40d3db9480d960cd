/** Reads a dataset's file in a job: infers its columns, the churn label and the profile. */
import { join } from 'node:path';
import type { Config } from '../../../config.ts';
import { inTransaction } from '../../../db.ts';
import type { Db } from '../../../db.ts';
import { AppError } from '../../../errors.ts';
import { countLevels, isSameLevel } from '../../../ml/data/levels.ts';
import { inferColumns, maxLevels, positiveLevelOf } from '../../../ml/data/schema-inference.ts';
import { getDataset, updateDataset } from '../../../store/datasets.ts';
import type { Dataset, DatasetColumn, DatasetKind } from '../../../store/datasets.ts';
import { openFiles } from '../../../store/files/open-files.ts';
import type { FirstLine } from '../../csv/first-line.ts';
import { readTakenCsv } from '../../csv/whole.ts';
import type { WholeCsv } from '../../csv/whole.ts';
import { takeInTable } from './convert.ts';
import { readingNotes } from './reading-notes.ts';
import type { Checkpoint } from './write-csv.ts';
import { profileDataset } from '../profile/profile.ts';
import type { DatasetProfile } from '../profile/profile.ts';
import { describeLabel, readLabel } from '../labels/definition.ts';
import type { LabelDefinition } from '../labels/definition.ts';

/** The most rows of a profile, taken evenly from a larger file. */
export const maxProfileRows = 100_000;

interface ReadingOptions {
  readonly checkpoint?: Checkpoint;
  /** What the first line holds; null: to be detected. */
  readonly firstLine?: FirstLine | null;
}

/** @throws AppError 415 or 422 with the reason when the file cannot be used */
export async function readDataset(
  db: Db,
  config: Config,
  id: number,
  { checkpoint, firstLine = null }: ReadingOptions = {},
): Promise<void> {
  const { file, sha256: known } = await getDataset(db, id);
  if (known === '') {
    const intake = await takeInTable(join(config.dataDir, file), checkpoint, firstLine);
    const { rowCount, sha256, byteSize } = intake;
    const notes = readingNotes(intake, firstLine);
    const stored = await openFiles(config).put(db, [{ path: join(config.dataDir, file) }]);
    await inTransaction(db, async (trx) => {
      await updateDataset(trx, id, { rowCount, sha256, byteSize, notes });
      await stored.note(trx);
    });
  }
  await describeDataset(db, config, id);
}

interface KnownRoles {
  readonly identifier: string | null;
  readonly value?: string | null;
}

/** Infers and profiles the columns. `known`: the customer ID and the monthly revenue, where they are known already. */
export async function describeDataset(
  db: Db,
  config: Config,
  id: number,
  known: KnownRoles = { identifier: null },
): Promise<void> {
  const dataset = await getDataset(db, id);
  const path = join(config.dataDir, dataset.file);
  const csv = await readTakenCsv(path, maxProfileRows);
  // With a profile, the columns may have been confirmed by a person since: they are kept.
  const columns =
    dataset.profile === null
      ? mergeColumns(csv, dataset.columns, known)
      : dataset.columns.map((column) => withLevels(csv, column));
  const label =
    dataset.kind === 'transactions' ? null : (knownLabel(dataset, columns) ?? guessLabel(columns));
  const { profile, refusal } = profileAsFarAsPossible(csv, columns, label, dataset.kind);
  const kept = refusal === null ? label : null;
  const described = {
    columns: columns.map((column) => asLabel(column, kept)),
    label: kept,
    profile,
    state: 'ready' as const,
    error: refusal,
  };
  await inTransaction(db, (trx) => updateDataset(trx, id, described));
}

/**
 * Drops a churn rule that these rows cannot satisfy: failing the import would discard a usable dataset. The reason is
 * shown beside the label.
 */
function profileAsFarAsPossible(
  csv: WholeCsv,
  columns: readonly DatasetColumn[],
  label: LabelDefinition | null,
  kind: DatasetKind,
): { profile: DatasetProfile; refusal: string | null } {
  try {
    return { profile: profileDataset(csv, columns, label, kind), refusal: null };
  } catch (error) {
    if (!(error instanceof AppError) || label?.kind !== 'proxy') throw error;
    const refusal = `The rule “${describeLabel(label)}” cannot be used. ${error.message}`;
    return { profile: profileDataset(csv, columns, null, kind), refusal };
  }
}

/** Adds levels to a column that was made a category, and removes them from one that no longer is. */
function withLevels(csv: WholeCsv, column: DatasetColumn): DatasetColumn {
  if (column.type !== 'category' && column.type !== 'boolean') return { ...column, levels: [] };
  if (column.levels.length > 0) return column;
  const cells = csv.cells[csv.header.indexOf(column.name)] ?? [];
  const levels = countLevels(cells).slice(0, maxLevels);
  return { ...column, levels: levels.map(({ level }) => level) };
}

/** Takes over what was confirmed for the previous version, for columns of the same name. */
function mergeColumns(
  csv: WholeCsv,
  before: readonly DatasetColumn[],
  { identifier, value = null }: KnownRoles,
): DatasetColumn[] {
  const known = new Map(before.map((column) => [column.name, column]));
  return inferColumns(csv.header, csv.cells, csv.decimal)
    .filter(({ name }) => name !== '')
    .map((column) => {
      const old = known.get(column.name);
      if (column.name === identifier) return { ...column, role: 'identifier' as const };
      if (column.name === value) return { ...column, role: 'value' as const };
      if (value !== null && column.role === 'value') return { ...column, role: 'feature' as const };
      if (!old) return column;
      const { distinct, missing, levels } = column;
      return { ...old, distinct, missing, levels: old.type === column.type ? levels : old.levels };
    });
}

/** The stored definition, if its column and level still exist. */
function knownLabel(dataset: Dataset, columns: readonly DatasetColumn[]): LabelDefinition | null {
  const label = readLabel(dataset.label);
  if (label?.kind !== 'column') return label;
  const column = columns.find(({ name }) => name === label.column);
  return column?.levels.some((level) => isSameLevel(level, label.positive)) ? label : null;
}

/** The column whose name and levels both suggest it; a person confirms it. */
function guessLabel(columns: readonly DatasetColumn[]): LabelDefinition | null {
  const column = columns.find(({ role }) => role === 'label');
  const positive = column ? positiveLevelOf(column.levels) : null;
  return column && positive !== null ? { kind: 'column', column: column.name, positive } : null;
}

function asLabel(column: DatasetColumn, label: LabelDefinition | null): DatasetColumn {
  // Beside a rule, a column that could be the label is not an input.
  if (label?.kind === 'proxy' && column.role === 'label') return { ...column, role: 'ignored' };
  if (label?.kind !== 'column') return column;
  if (column.name === label.column) return { ...column, role: 'label' };
  return column.role === 'label' ? { ...column, role: 'ignored' } : column;
}
