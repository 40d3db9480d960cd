/** From transactions to one row per customer, in jobs: compares horizons, then builds the customers. */
import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../../../config.ts';
import { inTransaction } from '../../../db.ts';
import type { Db } from '../../../db.ts';
import { AppError, NotFound, Unprocessable } from '../../../errors.ts';
import { countText } from '../../../format.ts';
import { recordEvent } from '../../../store/audit.ts';
import { getDataset, insertDataset, updateDataset } from '../../../store/datasets.ts';
import type { Dataset } from '../../../store/datasets.ts';
import { openFiles } from '../../../store/files/open-files.ts';
import { enqueueJob } from '../../../store/jobs.ts';
import type { User } from '../../people/accounts.ts';
import { readTakenCsv } from '../../csv/whole.ts';
import { exactLine, safeLine } from '../../csv/writer.ts';
import { describeDataset } from '../import/reading.ts';
import { getReady } from '../datasets.ts';
import { buildCurrentCustomers, buildCustomerTable, suggestHorizon, TransactionLabel } from './cut-off.ts';
import type { HorizonComparison } from './cut-off.ts';
import type { TextColumns } from './features.ts';
import { expectedSpendColumn } from '../purchases/expected-spend.ts';
import { writeWhole } from '../../models/files.ts';

export interface HorizonState {
  readonly options: TransactionLabel;
  /** Null until the job is done. */
  readonly result: HorizonComparison | null;
  readonly error: string | null;
}

/** The columns of transactions, guessed from names and types; '' where nothing fits. */
export function guessTransactionColumns({ columns }: Dataset): {
  customer: string;
  date: string;
  amount: string;
} {
  const named = (pattern: RegExp) => columns.find(({ name }) => pattern.test(name.toLowerCase()))?.name;
  const customer = named(/customer|client|account|member|user|buyer/) ?? columns[0]?.name ?? '';
  const date = columns.find(({ type }) => type === 'date')?.name ?? named(/date|day|time/) ?? '';
  const isAmount = (name: string) => name !== customer && name !== date;
  const numbers = columns
    .filter(({ name, type }) => type === 'number' && isAmount(name))
    .map(({ name }) => name);
  const amount =
    numbers.find((name) => /amount|total|value|price|revenue|spend|sum|paid/i.test(name)) ?? numbers[0] ?? '';
  return { customer, date, amount };
}

/** Queues the comparison of horizons. */
export async function compareHorizonsLater(
  db: Db,
  user: User,
  id: number,
  options: TransactionLabel,
): Promise<void> {
  await inTransaction(db, async (trx) => {
    const dataset = await getReady(trx, id);
    await keepHorizons(trx, dataset, { options, result: null, error: null });
    await enqueueJob(trx, {
      kind: 'compare-labels',
      payload: { comparisonOf: id },
      subject: `Compare days without a purchase in ${dataset.name}`,
      createdBy: user.id,
    });
  });
}

/** Runs in a job. */
export async function compareHorizons(db: Db, config: Config, id: number): Promise<void> {
  const dataset = await getDataset(db, id);
  const state = horizonsOf(dataset);
  if (!state) return;
  const { options } = state;
  try {
    const result = suggestHorizon(await readTakenCsv(join(config.dataDir, dataset.file)), options);
    await inTransaction(db, async (trx) =>
      keepHorizons(trx, await getDataset(trx, id), { options, result, error: null }),
    );
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const { message } = error;
    await inTransaction(db, async (trx) =>
      keepHorizons(trx, await getDataset(trx, id), { options, result: null, error: message }),
    );
  }
}

/** A comparison that an earlier version stored with other names of its counts is dropped: it can be made again. */
export function horizonsOf({ profile }: Dataset): HorizonState | null {
  const stored = (profile as { horizons?: HorizonState } | null)?.horizons ?? null;
  return stored?.result?.choices.some((choice) => !('leftCount' in choice)) ? null : stored;
}

/** Queues the building of a new dataset, one row a customer. */
export async function buildCustomersLater(
  db: Db,
  user: User,
  id: number,
  options: TransactionLabel,
): Promise<number> {
  return inTransaction(db, async (trx) => {
    const source = await getReady(trx, id);
    if (source.kind !== 'transactions')
      throw new Unprocessable([
        { field: 'customer', message: 'This dataset already has one row per customer.' },
      ]);
    const name = `${source.name}: customers`.slice(0, 200);
    const datasetId = await insertDataset(trx, {
      name,
      file: join('datasets', randomUUID()),
      originalName: source.originalName ?? source.name,
      sha256: '',
      rowCount: 0,
      columns: [],
      state: 'reading',
      isSample: false,
      createdBy: user.id,
    });
    await enqueueJob(trx, {
      kind: 'build-customers',
      payload: { datasetId, sourceId: id, options },
      subject: `Build ${name}`,
      createdBy: user.id,
    });
    await recordEvent(trx, {
      userId: user.id,
      action: 'dataset.built',
      subject: name,
      after: { from: source.name, ...options },
    });
    return datasetId;
  });
}

/** Runs in a job: writes the labelled customers, and beside them the customers of the last day without a label. */
export async function buildCustomers(
  db: Db,
  config: Config,
  { datasetId, sourceId, options }: Readonly<Record<string, unknown>>,
): Promise<void> {
  const wanted = TransactionLabel.parse(options);
  const target = await getDataset(db, Number(datasetId));
  const source = await getDataset(db, Number(sourceId));
  const transactions = await readTakenCsv(join(config.dataDir, source.file));
  const labelled = buildCustomerTable(transactions, wanted);
  const current = buildCurrentCustomers(transactions, wanted);
  const csv = csvOf(labelled);
  await writeWhole(join(config.dataDir, target.file), csv);
  await writeWhole(join(config.dataDir, currentFileOf(target)), safeCsvOf(current));
  const paths = [target.file, currentFileOf(target)].map((file) => ({ path: join(config.dataDir, file) }));
  const stored = await openFiles(config).put(db, paths);
  const { customers, inactive, later } = labelled.counts;
  const built = {
    name: `${source.name}: customers at ${labelled.cutoff}`.slice(0, 200),
    rowCount: customers,
    sha256: createHash('sha256').update(csv).digest('hex'),
    byteSize: Buffer.byteLength(csv),
    notes: [
      `One row a customer, with ${labelled.cutoff} as the cut-off date. Customers without a transaction in the ${wanted.horizonDays} days after it count as having left. ${countText(inactive)} customers who had stopped buying before and ${countText(later)} who first bought later are not included.`,
      ...labelled.notes,
    ],
  };
  await inTransaction(db, async (trx) => {
    await updateDataset(trx, target.id, built);
    await stored.note(trx);
  });
  await describeDataset(db, config, target.id, {
    identifier: labelled.header[0]!,
    value: wanted.expectedSpend === true ? expectedSpendColumn : null,
  });
}

/** The file of the customers of the last day, beside the labelled ones. */
export function currentFileOf({ file }: Pick<Dataset, 'file'>): string {
  return `${file}.current`;
}

/** The path of their file. @throws NotFound when this dataset was not built from transactions */
export async function bringCurrentCustomers(db: Db, config: Config, dataset: Dataset): Promise<string> {
  const path = join(config.dataDir, currentFileOf(dataset));
  await openFiles(config).bring(db, [path]);
  if (!existsSync(path)) throw new NotFound('file');
  return path;
}

async function keepHorizons(db: Db, { id, profile }: Dataset, horizons: HorizonState): Promise<void> {
  await updateDataset(db, id, { profile: { ...(profile as object), horizons } });
}

/** For training: cells unchanged. */
function csvOf(table: TextColumns): string {
  return rowsOf(table)
    .map((row) => exactLine(row))
    .join('');
}

/** For download: formulas are escaped, because people open it in a spreadsheet. */
function safeCsvOf(table: TextColumns): string {
  return rowsOf(table)
    .map((row) => safeLine(row))
    .join('');
}

function rowsOf({ header, cells }: TextColumns): string[][] {
  const rows = Array.from({ length: cells[0]?.length ?? 0 }, (_, row) => cells.map((column) => column[row]!));
  return [[...header], ...rows];
}
