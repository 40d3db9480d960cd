/**
 * Evidence beside a score that owes nothing to the model's probability: how many of the most similar customers of its dataset
 * left. Columns count as much as they move the model's probability on average.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../../config.ts';
import type { Db } from '../../db.ts';
import { addRow, createRowBatch, toTable } from '../../ml/data/row-reader.ts';
import { wilsonInterval } from '../../ml/evaluation/wilson.ts';
import type { Interval } from '../../ml/evaluation/wilson.ts';
import { createNearestRows } from '../../ml/explain/nearest-rows.ts';
import type { NearestRowsSearch } from '../../ml/explain/nearest-rows.ts';
import { createRandom } from '../../ml/math/random.ts';
import { findDataset } from '../../store/datasets.ts';
import type { Dataset } from '../../store/datasets.ts';
import { findModel } from '../../store/models.ts';
import type { ModelRecord } from '../../store/models.ts';
import { foldName } from '../csv/column-names.ts';
import { readTakenCsv } from '../csv/whole.ts';
import type { WholeCsv } from '../csv/whole.ts';
import { readLabel } from '../datasets/labels/definition.ts';
import type { LabelDefinition } from '../datasets/labels/definition.ts';
import { labelRows, undecided } from '../training/dataset-table.ts';
import { cellsOf } from './customer-cells.ts';
import type { CustomerScore } from './customer-record.ts';

export interface PastCustomers {
  readonly datasetName: string;
  /** Similar ones are looked for among so many. */
  readonly among: number;
  /** The most similar ones; more than 50 where several are equally similar. */
  readonly count: number;
  readonly left: number;
  /** Of the share that left, 95 %. */
  readonly interval: Interval;
  /** Even these are unlike the customer: nothing can be said. */
  readonly isThin: boolean;
}

interface Past {
  readonly search: NearestRowsSearch;
  readonly labels: Uint8Array;
  /** Place by customer ID, where the dataset has one. */
  readonly placeOf: ReadonlyMap<string, number>;
}

const neighbours = 50;
/** Fewer are too few for fifty of them to be similar. */
const fewest = 500;
/** Of a larger dataset so many are taken evenly. */
const mostRows = 20_000;
const seed = 1;

/** The datasets that were read last, by dataset, its contents and model. */
const known = new Map<string, Promise<Past | null>>();
const mostKnown = 3;

/** Null where the model's dataset was removed, has too few customers or does not have the model's columns. */
export async function findPastCustomers(
  db: Db,
  config: Pick<Config, 'dataDir'>,
  { modelId, inputs, customerId }: CustomerScore,
): Promise<PastCustomers | null> {
  const model = modelId === null ? undefined : await findModel(db, modelId);
  const dataset = await datasetOf(db, model);
  if (model === undefined || dataset === null) return null;
  const past = await remember(`${dataset.id}-${dataset.sha256}-${model.id}`, () =>
    readPast(config, dataset, model),
  );
  if (past === null) return null;
  const batch = createRowBatch(model.schema.features, 1);
  if (addRow(batch, cellsOf(model.schema, inputs), '.').problems.length > 0) return null;
  const own = customerId === null ? undefined : past.placeOf.get(customerId);
  const { rows, isThin } = past.search(toTable(batch), 0, own);
  const left = rows.reduce((sum, row) => sum + past.labels[row]!, 0);
  return {
    datasetName: dataset.name,
    among: past.labels.length,
    count: rows.length,
    left,
    interval: wilsonInterval(left, rows.length),
    isThin,
  };
}

async function datasetOf(db: Db, model: ModelRecord | undefined): Promise<Dataset | null> {
  const id = model?.datasetId ?? null;
  const dataset = id === null ? undefined : await findDataset(db, id);
  return dataset?.state === 'ready' && dataset.kind === 'customers' ? dataset : null;
}

function remember(key: string, read: () => Promise<Past | null>): Promise<Past | null> {
  const found = known.get(key) ?? read();
  known.delete(key);
  known.set(key, found);
  for (const old of known.keys()) if (known.size > mostKnown) known.delete(old);
  // What could not be read is tried again.
  found.catch(() => known.delete(key));
  return found;
}

async function readPast(
  { dataDir }: Pick<Config, 'dataDir'>,
  dataset: Dataset,
  model: ModelRecord,
): Promise<Past | null> {
  const label = readLabel(dataset.label);
  const path = join(dataDir, dataset.file);
  if (label === null || !existsSync(path)) return null;
  const csv = await readTakenCsv(path, mostRows);
  const names = csv.header.map(foldName);
  const { features } = model.schema;
  const places = features.map(({ name }) => names.indexOf(foldName(name)));
  const weights = features.map(({ name }) => pointsOf(model, name));
  if (places.includes(-1) || weights.every((weight) => weight === 0)) return null;
  const identifier = dataset.columns.findIndex(({ role }) => role === 'identifier');
  return searchAmong(csv, { model, label, places, weights, identifier });
}

function pointsOf({ importance }: ModelRecord, name: string): number {
  return Math.abs(importance.find(({ feature }) => feature === name)?.points ?? 0);
}

interface Columns {
  readonly model: ModelRecord;
  readonly label: LabelDefinition;
  /** Of the features in the file. */
  readonly places: readonly number[];
  readonly weights: readonly number[];
  /** −1: none. */
  readonly identifier: number;
}

function searchAmong(csv: WholeCsv, { model, label, places, weights, identifier }: Columns): Past | null {
  const decided = labelRows(csv, label).labels;
  const batch = createRowBatch(model.schema.features, decided.length);
  const labels: number[] = [];
  const placeOf = new Map<string, number>();
  for (let row = 0; row < decided.length; row++) {
    if (decided[row] === undecided) continue;
    const cells = places.map((place) => csv.cells[place]![row]!);
    if (addRow(batch, cells, csv.decimal).problems.length > 0) continue;
    if (identifier >= 0) placeOf.set(csv.cells[identifier]![row]!, labels.length);
    labels.push(decided[row]!);
  }
  if (labels.length < fewest) return null;
  const search = createNearestRows(toTable(batch), weights, neighbours, createRandom(seed));
  return { search, labels: Uint8Array.from(labels), placeOf };
}
