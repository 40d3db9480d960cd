/** The rows of a past test as its findings need them: arms, outcomes and inputs. */
import { join } from 'node:path';
import type { Config } from '../../config.ts';
import { Unprocessable } from '../../errors.ts';
import { isSameLevel } from '../../ml/data/levels.ts';
import { readColumn } from '../../ml/data/schema-inference.ts';
import type { CategoryColumn, Table } from '../../ml/data/table.ts';
import { isBlank } from '../../ml/data/values.ts';
import type { Dataset } from '../../store/datasets.ts';
import type { PastTestChoice } from '../../store/past-test-documents.ts';
import { readTakenCsv } from '../csv/whole.ts';
import type { WholeCsv } from '../csv/whole.ts';
import { possibleInputs } from './past-tests.ts';

export interface TrialData {
  /** Of the arms, the control first. */
  readonly names: readonly string[];
  /** One entry a customer: a place in `names`. */
  readonly arm: Uint8Array;
  /** 1: the outcome that was chosen. */
  readonly outcome: Uint8Array;
  readonly inputs: Table;
  readonly skippedRows: number;
  readonly repeatedRows: number;
}

/** @throws Unprocessable when the file lacks a column or an arm */
export async function readTrialData(
  config: Config,
  dataset: Dataset,
  choice: PastTestChoice,
): Promise<TrialData> {
  const csv = await readTakenCsv(join(config.dataDir, dataset.file));
  const taken = rowsWithOutcome(csv, choice);
  const cellsOf = (name: string): string[] => {
    const cells = cellsNamed(csv, name);
    return Array.from(taken, (row) => cells[row]!);
  };
  const arms = readLevels(cellsOf(choice.armColumn), choice.armColumn);
  const outcomes = cellsOf(choice.outcomeColumn);
  const { names, arm } = controlFirst(arms, choice.controlArm);
  return {
    names,
    arm,
    outcome: Uint8Array.from(outcomes, (text) => Number(isSameLevel(text, choice.outcomeLevel))),
    inputs: inputsOf(dataset, choice, { cellsOf, decimal: csv.decimal, rowCount: taken.length }),
    skippedRows: csv.skippedRows + csv.cells[0]!.length - taken.length,
    repeatedRows: repeatedIn(dataset, cellsOf),
  };
}

function rowsWithOutcome(csv: WholeCsv, { armColumn, outcomeColumn }: PastTestChoice): Int32Array {
  const [arms, outcomes] = [cellsNamed(csv, armColumn), cellsNamed(csv, outcomeColumn)];
  return Int32Array.from(arms.keys()).filter((row) => !isBlank(arms[row]) && !isBlank(outcomes[row]));
}

function cellsNamed({ header, cells }: WholeCsv, name: string): readonly string[] {
  const found = cells[header.indexOf(name)];
  if (found === undefined)
    throw new Unprocessable([{ field: 'control', message: `The file has no column '${name}'.` }]);
  return found;
}

function readLevels(cells: readonly string[], name: string): CategoryColumn {
  const column = readColumn(name, 'category', cells, '.');
  if (column.kind !== 'category') throw new TypeError('levels are read as a category');
  return column;
}

function controlFirst({ levels, codes }: CategoryColumn, control: string) {
  const place = levels.findIndex((level) => isSameLevel(level, control));
  if (place < 0 || levels.length < 2)
    throw new Unprocessable([
      { field: 'control', message: `No customer of the file is in '${control}', or all of them are.` },
    ]);
  const order = [place, ...levels.keys()].filter((code, i, all) => all.indexOf(code) === i);
  return {
    names: order.map((code) => levels[code]!),
    arm: Uint8Array.from(codes, (code) => order.indexOf(code)),
  };
}

interface Cells {
  readonly cellsOf: (name: string) => string[];
  readonly decimal: WholeCsv['decimal'];
  readonly rowCount: number;
}

function inputsOf(dataset: Dataset, choice: PastTestChoice, { cellsOf, decimal, rowCount }: Cells): Table {
  const { inputs, armColumn, outcomeColumn } = choice;
  const columns = possibleInputs(dataset).flatMap(({ name, type }) =>
    type !== 'text' && inputs.includes(name) && name !== armColumn && name !== outcomeColumn
      ? [readColumn(name, type, cellsOf(name), decimal)]
      : [],
  );
  return { rowCount, columns };
}

function repeatedIn({ columns }: Dataset, cellsOf: Cells['cellsOf']): number {
  const identifier = columns.find(({ role }) => role === 'identifier');
  if (identifier === undefined) return 0;
  const ids = cellsOf(identifier.name).filter((text) => !isBlank(text));
  return ids.length - new Set(ids.map((id) => id.trim())).size;
}

/** Rows of an arm and of the control arm. */
export function rowsAgainstControl(arm: Uint8Array, which: number): Int32Array {
  return Int32Array.from(arm.keys()).filter((row) => arm[row] === which || arm[row] === 0);
}
