/** Files of generated customers, as they are and with a shift in one column, and what monitoring finds in them. */
import { prepareTraining, readTrainingTable } from '../src/domain/training/table.ts';
import { fileFindings } from '../src/domain/monitoring/findings.ts';
import type { Finding } from '../src/domain/monitoring/findings.ts';
import { openFileTally } from '../src/domain/monitoring/file-tally.ts';
import { sampleLines } from '../src/domain/sample/files.ts';
import { sampleColumns } from '../src/domain/sample/generator.ts';
import { trainOnTable } from '../src/domain/training/fit.ts';
import { optionsFor } from '../src/domain/training/options.ts';
import { encodeTable } from '../src/ml/data/encoding.ts';
import type { Random } from '../src/ml/math/random.ts';
import { predictModel } from '../src/ml/model/model.ts';
import type { Model } from '../src/ml/model/model.ts';
import { createTally } from '../src/ml/monitoring/tally.ts';
import type { CountedColumn, CountedRows } from '../src/ml/monitoring/tally.ts';
import { defaultSettings } from '../src/store/settings.ts';

/** Customers from whom files are drawn, and the model that scores them. */
export interface Pool {
  readonly model: Model;
  readonly rows: CountedRows;
}

/** The model learns from 7,000 rows. */
export function createPool(rowCount: number, seed: number): Pool {
  const read = (count: number, from: number) =>
    readTrainingTable([...sampleLines(sampleColumns, count, from)].join(''));
  const options = { ...optionsFor('quick'), families: ['logistic' as const] };
  const model = trainOnTable(read(7_000, seed), { datasetName: '', only: null, options }, () => undefined);
  const table = encodeTable(model.schema.features, prepareTraining(read(rowCount, seed + 1), null).data);
  const value = table.columns.find(({ name }) => name === model.schema.value);
  return {
    model,
    rows: {
      rowCount,
      inputs: table.columns.map((column) =>
        column.kind === 'number' ? column : { kind: 'level', codes: column.codes },
      ),
      probability: predictModel(model, table),
      monthlyValue: value?.kind === 'number' ? value.values : new Float64Array(rowCount),
      contributions: null,
    },
  };
}

/** So many customers by chance, with replacement: each is as likely as it is in the pool. */
export function drawFile({ rows }: Pool, rowCount: number, random: Random): CountedRows {
  const from = Int32Array.from({ length: rowCount }, () => random.below(rows.rowCount));
  const taken = (values: Float64Array): Float64Array => Float64Array.from(from, (row) => values[row]!);
  return {
    rowCount,
    inputs: rows.inputs.map((input) =>
      input.kind === 'number'
        ? { kind: 'number', values: taken(input.values) }
        : { kind: 'level', codes: Int32Array.from(from, (row) => input.codes[row]!) },
    ),
    probability: taken(rows.probability),
    monthlyValue: taken(rows.monthlyValue),
    contributions: null,
  };
}

export const shifts = ['distribution', 'missing', 'new'] as const;
export type Shift = (typeof shifts)[number];

/**
 * 'distribution': numbers move by half a standard deviation, a quarter of all rows from the most frequent level to the next.
 * 'missing': every tenth value is. 'new': every twentieth row has a new level, or a number beyond the training range.
 */
export function plantShift(file: CountedRows, column: number, shift: Shift): CountedRows {
  const input = file.inputs[column]!;
  return {
    ...file,
    inputs: file.inputs.with(
      column,
      input.kind === 'number' ? movedNumbers(input.values, shift) : movedLevels(input.codes, shift),
    ),
  };
}

function movedNumbers(values: Float64Array, shift: Shift): CountedColumn {
  const known = values.filter((value) => !Number.isNaN(value));
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  const deviation = Math.sqrt(known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / known.length);
  const moved = {
    distribution: (value: number) => value + deviation / 2,
    missing: (value: number, row: number) => (row % 10 === 0 ? NaN : value),
    new: (value: number, row: number) => (row % 20 === 0 ? 1e6 : value),
  }[shift];
  return { kind: 'number', values: values.map(moved) };
}

const farCode = 1_000;

function movedLevels(codes: Int32Array, shift: Shift): CountedColumn {
  const counts = [0, 1, 2, 3, 4].map((level) => codes.filter((code) => code === level).length);
  const [first, second] = [...counts.keys()].sort((a, b) => counts[b]! - counts[a]!) as [number, number];
  let left = Math.round(codes.length / 4);
  const moved = {
    distribution: (code: number) => (code === first && left-- > 0 ? second : code),
    missing: (code: number, row: number) => (row % 10 === 0 ? -1 : code),
    new: (code: number, row: number) => (row % 20 === 0 ? farCode : code),
  }[shift];
  return { kind: 'level', codes: codes.map(moved) };
}

/** What is found in files of customers of the pool. */
export function createFinder({ model }: Pool): (file: CountedRows) => readonly Finding[] {
  const tally = createTally(
    model.reference!,
    model.schema.features.map(({ levels }) => levels),
  );
  return (rows) => {
    const file = openFileTally(model)!;
    file.add(tally(rows));
    return fileFindings(file.counts(), { model, settings: defaultSettings }).findings;
  };
}
