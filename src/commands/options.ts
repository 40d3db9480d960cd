/** What may be said on the command line, and reading it strictly. */
import { parseArgs } from 'node:util';
import type { FirstLine } from '../domain/csv/first-line.ts';
import { findLabelProblem } from '../domain/datasets/labels/problem.ts';
import { missingLabel, readTrainingFile } from '../domain/training/table.ts';
import type { TrainingTable } from '../domain/training/table.ts';
import { positiveLevelOf } from '../ml/data/schema-inference.ts';

export type Options = ReturnType<typeof readArguments>['values'];
export type Command = (options: Options, file: string) => Promise<void>;

/** What was asked for makes no sense; the message says why. */
export class UsageError extends Error {}

const text = { type: 'string' } as const;
const flag = { type: 'boolean', default: false } as const;

/** @throws TypeError naming an option that there is not. */
export function readArguments() {
  return parseArgs({
    allowPositionals: true,
    options: {
      ...{ help: flag, json: flag, out: text, seed: text, rows: text },
      ...{ label: text, positive: text, drop: text, family: text },
      ...{ folds: text, repeats: text, 'fold-column': { type: 'string', multiple: true, default: [] } },
      ...{
        model: text,
        rejected: text,
        customer: text,
        'allow-missing': flag,
        'without-label': flag,
        transactions: flag,
        header: flag,
        'no-header': flag,
      },
    },
  });
}

type TextOption = {
  [K in keyof Options]-?: Options[K] extends string | undefined ? K : never;
}[keyof Options];

/** @throws UsageError */
export function required(options: Options, name: TextOption): string {
  const value = options[name];
  if (value === undefined) throw new UsageError(`--${name} is missing`);
  return value;
}

/** @throws UsageError */
export function wholeNumber(options: Options, name: TextOption, fallback: number): number {
  const value = options[name];
  if (value === undefined) return fallback;
  if (!/^\d{1,10}$/.test(value)) throw new UsageError(`--${name} takes a whole number, found '${value}'`);
  return Number(value);
}

/** What --header or --no-header says that the first line holds; null: the file tells. @throws UsageError */
export function firstLineOf({ header, 'no-header': noHeader }: Options): FirstLine | null {
  if (header && noHeader) throw new UsageError('--header and --no-header contradict each other');
  return header ? 'names' : noHeader ? 'data' : null;
}

/** 'a, b' → ['a', 'b']. */
export function listed(value: string | undefined): string[] {
  return (value ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);
}

/** The families named by --family. @throws UsageError when there is no such family. */
export function chosenFamilies<Name extends string>(
  { family }: Options,
  known: readonly Name[],
  fallback: readonly Name[],
): readonly Name[] {
  if (family === undefined) return fallback;
  return listed(family).map((name) => {
    const found = known.find((one) => one === name);
    if (found === undefined)
      throw new UsageError(`there is no family '${name}'; there are ${known.join(', ')}`);
    return found;
  });
}

/** The file to learn from. Where words do not tell which level means leaving, the rarer one does. @throws UsageError */
export async function readTable(options: Options, file: string): Promise<TrainingTable> {
  const { label = null, positive = null } = options;
  const table = await readTrainingFile(file, { label, positive }, firstLineOf(options));
  if (table.skippedRows > 0)
    process.stderr.write(`${table.skippedRows} rows could not be read or have no label; left out\n`);
  const column = table.columns.find(({ role }) => role === 'label');
  if (!column && findLabelProblem(table.columns))
    throw new UsageError(`${missingLabel(table.columns)} See --label and --positive.`);
  if (!column)
    throw new UsageError(
      `no column says by its name who left; name it with --label. There are ${table.header.join(', ')}`,
    );
  const [, rarer] = column.levels;
  if (positive !== null || column.levels.length !== 2 || positiveLevelOf(column.levels) !== null || !rarer)
    return table;
  process.stderr.write(`Taking '${rarer}', the rarer level of ${column.name}, as leaving; see --positive\n`);
  return { ...table, positive: rarer };
}
