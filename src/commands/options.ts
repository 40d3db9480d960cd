/** Options of the command line, and how they are read. */
import { parseArgs } from 'node:util';
import {
  defaultTrainingMemoryMb,
  defaultTrainingThreads,
  leastTrainingMemoryMb,
  mostTrainingThreads,
} from '../config.ts';
import type { FirstLine } from '../domain/csv/first-line.ts';
import { findLabelProblem } from '../domain/datasets/labels/problem.ts';
import { openFitThreads } from '../domain/training/threads/fit-threads.ts';
import type { FitThreads } from '../domain/training/threads/fit-threads.ts';
import { missingLabel, readTrainingFile } from '../domain/training/table.ts';
import type { TrainingTable } from '../domain/training/table.ts';
import { positiveLevelOf } from '../ml/data/schema-inference.ts';

export type Options = ReturnType<typeof readArguments>['values'];
/** One word of the command line, with what it is. */
export type Token = ReturnType<typeof readArguments>['tokens'][number];
/** With the names that follow it on the command line; none is ''. */
export type Command = (options: Options, first: string, second: string) => Promise<void>;

/** The command line is wrong; the message says where and what to write instead. */
export class UsageError extends Error {}

const text = { type: 'string' } as const;
const flag = { type: 'boolean', default: false } as const;

export const optionTypes = {
  'allow-missing': flag,
  classes: text,
  column: text,
  customer: text,
  dataset: text,
  dialect: text,
  drop: text,
  family: text,
  'fold-column': { type: 'string', multiple: true, default: [] as string[] },
  folds: text,
  format: text,
  gzip: flag,
  header: flag,
  help: flag,
  json: flag,
  key: text,
  label: text,
  limit: text,
  memory: text,
  model: text,
  name: text,
  'no-header': flag,
  out: text,
  'password-stdin': flag,
  positive: text,
  rejected: text,
  repeats: text,
  role: text,
  rows: text,
  seed: text,
  seen: text,
  table: text,
  threads: text,
  tolerance: text,
  transactions: flag,
  verify: flag,
  'without-label': flag,
} as const;

/** @throws TypeError that names an unknown option. */
export function readArguments() {
  return parseArgs({ allowPositionals: true, tokens: true, options: optionTypes });
}

type TextOption = {
  [K in keyof Options]-?: Options[K] extends string | undefined ? K : never;
}[keyof Options];

/** @throws UsageError */
export function required(options: Options, name: TextOption): string {
  const value = options[name];
  if (value === undefined) throw new UsageError(`--${name} is required`);
  return value;
}

/** @throws UsageError */
export function wholeNumber(options: Options, name: TextOption, fallback: number): number {
  const value = options[name];
  if (value === undefined) return fallback;
  if (!/^\d{1,10}$/.test(value)) throw new UsageError(`--${name} must be a whole number, found '${value}'`);
  return Number(value);
}

/** As many threads as --threads says, by default as there are processors, of 2 GB at most. @throws UsageError */
export function openThreads(options: Options): FitThreads {
  const count = wholeNumber(options, 'threads', defaultTrainingThreads);
  if (count < 1 || count > mostTrainingThreads)
    throw new UsageError(`--threads must be 1 to ${mostTrainingThreads}, found ${count}`);
  return openFitThreads(count, 2_048);
}

/** What the first line holds according to --header or --no-header; null: found out from the file. @throws UsageError */
export function firstLineOf({ header, 'no-header': noHeader }: Options): FirstLine | null {
  if (header && noHeader)
    throw new UsageError('--header and --no-header contradict each other; use only one of them');
  return header ? 'names' : noHeader ? 'data' : null;
}

/** 'a, b' → ['a', 'b']. */
export function listed(value: string | undefined): string[] {
  return (value ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);
}

/** The families named by --family. @throws UsageError for an unknown one. */
export function chosenFamilies<Name extends string>(
  { family }: Options,
  known: readonly Name[],
  fallback: readonly Name[],
): readonly Name[] {
  if (family === undefined) return fallback;
  return listed(family).map((name) => {
    const found = known.find((one) => one === name);
    if (found === undefined)
      throw new UsageError(`--family must be one or more of ${known.join(', ')}, found '${name}'`);
    return found;
  });
}

/** Megabytes for the rows of a training, as --memory says, by default half of what there is. @throws UsageError */
export function trainingMemory(options: Options): number {
  const megabytes = wholeNumber(options, 'memory', defaultTrainingMemoryMb);
  if (megabytes < leastTrainingMemoryMb)
    throw new UsageError(`--memory must be at least ${leastTrainingMemoryMb}, found ${megabytes}`);
  return megabytes;
}

export function tellSkipped(rows: number): void {
  if (rows > 0) process.stderr.write(`Skipped ${rows} rows that could not be read or have no churn label\n`);
}

/**
 * The training file, or `mostRows` drawn evenly from it. If the level that means leaving cannot be recognised, it is the rarer
 * one. @throws UsageError
 */
export async function readTable(options: Options, file: string, mostRows = Infinity): Promise<TrainingTable> {
  const { label = null, positive = null } = options;
  const table = await readTrainingFile(
    file,
    { label, positive },
    { firstLine: firstLineOf(options), mostRows },
  );
  if (table.rowCount <= mostRows) tellSkipped(table.skippedRows);
  const column = table.columns.find(({ role }) => role === 'label');
  if (!column && findLabelProblem(table.columns))
    throw new UsageError(`${missingLabel(table.columns)} See --label and --positive.`);
  if (!column)
    throw new UsageError(
      `no column is recognised as the churn label; name it with --label. Columns: ${table.header.join(', ')}`,
    );
  const [, rarer] = column.levels;
  if (positive !== null || column.levels.length !== 2 || positiveLevelOf(column.levels) !== null || !rarer)
    return table;
  process.stderr.write(
    `Taking '${rarer}', the rarer value of ${column.name}, to mean that a customer left; change it with --positive\n`,
  );
  return { ...table, positive: rarer };
}
