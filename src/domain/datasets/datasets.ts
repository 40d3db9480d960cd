/** Uploaded datasets: received, read in a job, confirmed column by column, labelled, removed. */
import { randomUUID } from 'node:crypto';
import { copyFile, mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Config } from '../../config.ts';
import { inTransaction } from '../../db.ts';
import type { Db } from '../../db.ts';
import { isoTimeOf } from '../../db/clock.ts';
import { Conflict, Unprocessable } from '../../errors.ts';
import { isSameLevel } from '../../ml/data/levels.ts';
import { privateFolder } from '../../private-files.ts';
import { recordEvent } from '../../store/audit.ts';
import {
  deleteDataset,
  getDataset,
  insertDataset,
  listVersions,
  updateDataset,
} from '../../store/datasets.ts';
import type { Dataset, DatasetColumn, DatasetKind } from '../../store/datasets.ts';
import { openFiles } from '../../store/files/open-files.ts';
import { enqueueJob } from '../../store/jobs.ts';
import { listModelsOf } from '../../store/models.ts';
import type { ModelRecord } from '../../store/models.ts';
import { countPastTestsOf } from '../../store/past-tests.ts';
import { deleteTrainingsOf, listTrainingsOf } from '../../store/trainings.ts';
import type { TrainingRecord } from '../../store/trainings.ts';
import type { User } from '../people/accounts.ts';
import { readQuestion } from '../csv/first-line.ts';
import { partsOf } from './import/convert.ts';
import type { FirstLine } from '../csv/first-line.ts';
import { describeLabel } from './labels/definition.ts';
import type { LabelDefinition } from './labels/definition.ts';

/** In the data folder. */
export const datasetFolder = 'datasets';

export interface NewUpload {
  /** In the uploads folder. */
  readonly file: string;
  readonly originalName: string;
  /** Empty: the file's name without its ending. */
  readonly name: string;
  readonly kind: DatasetKind;
  /** A new version of this dataset; null: a new one. */
  readonly versionOf: number | null;
  /** What the first line holds, where that is known. */
  readonly firstLine?: FirstLine;
}

/** Keeps the file and queues its reading. */
export async function receiveDataset(db: Db, config: Config, user: User, upload: NewUpload): Promise<number> {
  const register = await keepUpload(db, config, upload);
  return inTransaction(db, (trx) => register(trx, user.id));
}

/** Keeps the file. What it gives registers it and queues its reading, in the caller's transaction. */
export async function keepUpload(
  db: Db,
  config: Config,
  upload: NewUpload,
): Promise<(trx: Db, userId: number | null) => Promise<number>> {
  const file = join(datasetFolder, randomUUID());
  await moveFile(join(config.uploadsDir, upload.file), join(config.dataDir, file));
  const stored = await openFiles(config).put(db, [{ path: join(config.dataDir, file) }]);
  return async (trx, userId) => {
    await stored.note(trx);
    return registerUpload(trx, userId, upload, file);
  };
}

async function registerUpload(
  trx: Db,
  userId: number | null,
  upload: NewUpload,
  file: string,
): Promise<number> {
  const before = upload.versionOf === null ? null : await getDataset(trx, upload.versionOf);
  const newest = before === null ? null : (await listVersions(trx, before.seriesId))[0]!;
  const name = before?.name ?? (upload.name || nameOf(upload.originalName));
  const id = await insertDataset(trx, {
    name,
    file,
    originalName: upload.originalName,
    sha256: '',
    rowCount: 0,
    // What was confirmed for the previous version is taken over for columns of the same name.
    columns: newest?.columns ?? [],
    label: newest?.label ?? null,
    kind: before?.kind ?? upload.kind,
    state: 'reading',
    seriesId: before?.seriesId ?? null,
    version: (newest?.version ?? 0) + 1,
    isSample: false,
    createdBy: userId,
  });
  await readLater(trx, userId, { id, name }, upload.firstLine);
  await recordEvent(trx, {
    userId,
    action: 'dataset.uploaded',
    subject: name,
    after: { file: upload.originalName, kind: upload.kind },
  });
  return id;
}

/** Continues reading a file once the user has confirmed its first line. @throws Conflict if that was not asked */
export async function answerFirstLine(db: Db, user: User, id: number, firstLine: FirstLine): Promise<void> {
  await inTransaction(db, async (trx) => {
    const { state, error, name } = await getDataset(trx, id);
    if (state !== 'failed' || readQuestion(error) === null)
      throw new Conflict('The first line of this dataset has already been confirmed.');
    await updateDataset(trx, id, { state: 'reading', error: null });
    await readLater(trx, user.id, { id, name }, firstLine);
  });
}

export async function readLater(
  trx: Db,
  userId: number | null,
  { id: datasetId, name }: Pick<Dataset, 'id' | 'name'>,
  firstLine: FirstLine | null = null,
): Promise<void> {
  await enqueueJob(trx, {
    kind: 'read-dataset',
    payload: { datasetId, firstLine },
    subject: `Read ${name}`,
    createdBy: userId,
  });
}

/** Stores the confirmed columns; the profile is computed again where it depends on them. */
export async function confirmColumns(
  db: Db,
  user: User,
  id: number,
  { name, columns }: Pick<Dataset, 'name' | 'columns'>,
): Promise<void> {
  await inTransaction(db, async (trx) => {
    const dataset = await getReady(trx, id);
    await updateDataset(trx, id, { name, columns, confirmedAt: await isoTimeOf(trx) });
    if (!isDeepStrictEqual(rolesOf(dataset.columns), rolesOf(columns))) {
      const label = columns.find(({ role }) => role === 'label')?.name;
      const isOther = label !== dataset.columns.find(({ role }) => role === 'label')?.name;
      await updateDataset(trx, id, { state: 'reading', ...(isOther ? { label: null } : {}) });
      await readLater(trx, user.id, { id, name });
    }
    await recordEvent(trx, {
      userId: user.id,
      action: 'dataset.columns-confirmed',
      subject: name,
      before: rolesOf(dataset.columns),
      after: rolesOf(columns),
    });
  });
}

/** Stores the churn label and queues a new profile. @throws Unprocessable when the column has no such level */
export async function defineLabel(db: Db, user: User, id: number, label: LabelDefinition): Promise<void> {
  await inTransaction(db, async (trx) => {
    const dataset = await getReady(trx, id);
    if (label.kind === 'column') requireLevel(dataset, label);
    if (isDeepStrictEqual(label, dataset.label)) return;
    await updateDataset(trx, id, { label, state: 'reading' });
    await readLater(trx, user.id, dataset);
    await recordEvent(trx, {
      userId: user.id,
      action: 'dataset.label-defined',
      subject: dataset.name,
      after: { label: describeLabel(label) },
    });
  });
}

/** What is deleted with a dataset, and which models stay without their data. */
export interface DatasetDependents {
  readonly trainings: readonly TrainingRecord[];
  readonly models: readonly ModelRecord[];
  readonly pastTests: number;
}

export async function dependentsOf(db: Db, id: number): Promise<DatasetDependents> {
  return {
    trainings: await listTrainingsOf(db, id),
    models: await listModelsOf(db, id),
    pastTests: await countPastTestsOf(db, id),
  };
}

/** Models stay and go on scoring: they keep no rows. @throws Conflict while a training run uses it */
export async function removeDataset(db: Db, config: Config, user: User, id: number): Promise<void> {
  const file = await inTransaction(db, async (trx) => {
    const dataset = await getDataset(trx, id);
    const { trainings } = await dependentsOf(trx, id);
    if (trainings.some(({ state }) => state === 'queued' || state === 'running'))
      throw new Conflict(
        'A model is being trained on this dataset. Wait until it is done, or cancel it first.',
      );
    await deleteTrainingsOf(trx, id);
    await passOnSeries(trx, dataset);
    await deleteDataset(trx, id);
    await openFiles(config).remove(trx, join(config.dataDir, dataset.file));
    await recordEvent(trx, {
      userId: user.id,
      action: 'dataset.removed',
      subject: dataset.name,
      before: { rows: dataset.rowCount, version: dataset.version },
    });
    return dataset.file;
  });
  for (const path of [file, `${file}.current`, ...partsOf(file)])
    await rm(join(config.dataDir, path), { force: true });
}

/** @throws Conflict while it is being read, or when it could not be. */
export async function getReady(db: Db, id: number): Promise<Dataset> {
  const dataset = await getDataset(db, id);
  if (dataset.state === 'reading')
    throw new Conflict('This dataset is still being read. Try again in a moment.');
  if (dataset.state === 'failed')
    throw new Conflict('This dataset could not be read. Remove it, or upload it again.');
  return dataset;
}

function requireLevel(dataset: Dataset, { column, positive }: { column: string; positive: string }): void {
  const found = dataset.columns.find(({ name }) => name === column);
  if (!found)
    throw new Unprocessable([{ field: 'column', message: `The dataset has no column '${column}'.` }]);
  if (found.levels.length < 2 || !found.levels.some((level) => isSameLevel(level, positive)))
    throw new Unprocessable([
      {
        field: 'positive',
        message: `'${positive}' is not among the levels of ${column}: ${found.levels.slice(0, 10).join(', ')}.`,
      },
    ]);
}

/** When the first version is removed, the next one represents the series. */
async function passOnSeries(trx: Db, dataset: Dataset): Promise<void> {
  if (dataset.seriesId !== dataset.id) return;
  const others = (await listVersions(trx, dataset.id)).filter(({ id }) => id !== dataset.id).reverse();
  const [heir] = others;
  if (!heir) return;
  for (const { id } of others) await updateDataset(trx, id, { seriesId: id === heir.id ? null : heir.id });
}

function rolesOf(columns: readonly DatasetColumn[]): Record<string, string> {
  return Object.fromEntries(columns.map(({ name, role, type }) => [name, `${role}, ${type}`]));
}

function nameOf(originalName: string): string {
  return originalName.replace(/\.[a-z0-9]{1,8}$/i, '').slice(0, 200) || 'Dataset';
}

/** The folders may be on different disks. */
async function moveFile(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true, mode: privateFolder });
  try {
    await rename(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
    await copyFile(from, to);
    await rm(from, { force: true });
  }
}
