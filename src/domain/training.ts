/** From a CSV text to a stored, evaluated model. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { inTransaction } from '../db.ts';
import type { Db } from '../db.ts';
import { Unprocessable } from '../errors.ts';
import type { Family } from '../ml/estimators.ts';
import { trainModel } from '../ml/model.ts';
import type { Model } from '../ml/model.ts';
import { inferColumns, positiveLevelOf, readColumn } from '../ml/schema-inference.ts';
import type { InferredColumn } from '../ml/schema-inference.ts';
import type { FeatureType, Label } from '../ml/schema.ts';
import type { Table } from '../ml/table.ts';
import { projectRoot } from '../paths.ts';
import { insertModel } from '../store/models.ts';
import { foldName } from './column-names.ts';
import { writeModelFile } from './model-files.ts';

export interface TrainingTable {
  readonly header: readonly string[];
  /** `cells[j]` is column j's text. */
  readonly cells: readonly (readonly string[])[];
  readonly columns: readonly InferredColumn[];
  /** The level that says 'left', where it was chosen. */
  readonly positive: string | null;
  readonly sha256: string;
}

export type OnProgress = (stage: string, done: number, total: number) => void;

export interface TrainingPlan {
  readonly name: string;
  readonly datasetName: string;
  readonly datasetId: number | null;
  readonly families: readonly Family[];
  /** Only these columns, named as a file of their own names them; null: every feature of the table. */
  readonly only: readonly string[] | null;
  readonly seed: number;
  readonly isSample: boolean;
}

const softwareVersion = (
  JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as { version: string }
).version;

/** Which column is the label, where names do not tell. */
export interface LabelChoice {
  readonly label: string | null;
  readonly positive: string | null;
}

/** Reads the whole table: training data fits in memory. @throws Unprocessable when a chosen label is not there. */
export function readTrainingTable(
  csv: string,
  choice: LabelChoice = { label: null, positive: null },
): TrainingTable {
  const [header = [], ...rows]: string[][] = parse(csv, { bom: true });
  const cells = header.map((_, j) => rows.map((row) => row[j]!));
  const { label, positive } = choice;
  if (label !== null && !header.includes(label)) {
    throw new Unprocessable([
      { field: 'label', message: `There is no column '${label}'. There are ${header.join(', ')}.` },
    ]);
  }
  const columns = inferColumns(header, cells, '.').map((column) => chooseLabel(column, label));
  return { header, cells, columns, positive, sha256: createHash('sha256').update(csv).digest('hex') };
}

/** The parts that fits take: typed features, the target, and what the columns are. */
export interface PreparedTraining {
  readonly data: Table;
  readonly types: readonly FeatureType[];
  readonly target: Uint8Array;
  readonly label: Label;
  readonly identifier: string | null;
  readonly value: string | null;
}

/** @throws Unprocessable when there is no label, or its positive level cannot be told. */
export function prepareTraining(
  table: TrainingTable,
  only: readonly string[] | null,
  drop: readonly string[] = [],
): PreparedTraining {
  const label = table.columns.find((column) => column.role === 'label');
  const positive = label ? (table.positive ?? positiveLevelOf(label.levels)) : null;
  const negative = label?.levels.find((level) => level !== positive);
  if (!label || positive === null || negative === undefined || !label.levels.includes(positive)) {
    throw new Unprocessable([
      {
        field: 'label',
        message: 'No column of two levels says who left. Name one Churn, with the levels Yes and No.',
      },
    ]);
  }
  const features = featuresOf(table, only).filter(({ name }) => !drop.includes(name));
  const labels = table.cells[table.header.indexOf(label.name)]!;
  return {
    data: {
      rowCount: labels.length,
      columns: features.map(({ name, column }) =>
        readColumn(name, column.type as FeatureType, cellsOf(table, column.name), '.'),
      ),
    },
    types: features.map(({ column }) => column.type as FeatureType),
    target: Uint8Array.from(labels, (level) => (level === positive ? 1 : 0)),
    label: { name: label.name, positive, negative },
    identifier: table.columns.find((column) => column.role === 'identifier')?.name ?? null,
    value: features.find(({ column }) => column.role === 'value')?.name ?? null,
  };
}

/** Trains on every feature of the table, or on some of them. @throws Unprocessable as prepareTraining */
export function trainOnTable(table: TrainingTable, plan: TrainingPlan, onProgress: OnProgress): Model {
  const { data, ...prepared } = prepareTraining(table, plan.only);
  return trainModel({
    ...prepared,
    table: data,
    families: plan.families,
    folds: 5,
    seed: plan.seed,
    datasetName: plan.datasetName,
    datasetHash: table.sha256,
    softwareVersion,
    now: () => performance.timeOrigin + performance.now(),
    onProgress,
  });
}

/** Writes the model's file, then its row: a crash between them leaves a file that nothing names, never the reverse. */
export async function storeModel(
  db: Db,
  modelsDir: string,
  model: Model,
  plan: TrainingPlan,
): Promise<number> {
  const file = `${createHash('sha256').update(`${plan.name}\0${model.provenance.trainedAt}`).digest('hex').slice(0, 24)}.holdfast`;
  const sha256 = await writeModelFile(modelsDir, file, model);
  return inTransaction(db, (trx) =>
    insertModel(trx, {
      name: plan.name,
      family: model.estimator.family,
      file,
      sha256,
      schema: model.schema,
      threshold: model.threshold,
      evaluation: model.evaluation,
      importance: model.importance,
      provenance: model.provenance,
      datasetId: plan.datasetId,
      isSample: plan.isSample,
    }),
  );
}

/** A chosen label is the only one. */
function chooseLabel(column: InferredColumn, label: string | null): InferredColumn {
  if (label === null) return column;
  if (column.name === label) return { ...column, role: 'label' };
  return column.role === 'label' ? { ...column, role: 'feature' } : column;
}

function featuresOf(
  table: TrainingTable,
  only: readonly string[] | null,
): { name: string; column: InferredColumn }[] {
  const usable = table.columns.filter((column) => column.role === 'feature' || column.role === 'value');
  if (only === null) return usable.map((column) => ({ name: column.name, column }));
  return only.flatMap((name) => {
    const column = usable.find((candidate) => foldName(candidate.name) === foldName(name));
    return column ? [{ name, column }] : [];
  });
}

function cellsOf(table: TrainingTable, name: string): readonly string[] {
  return table.cells[table.header.indexOf(name)]!;
}
