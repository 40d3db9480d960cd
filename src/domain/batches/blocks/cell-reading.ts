/**
 * The careful path for one cell: its text goes through the same functions as a customer's of the form or of the API.
 * What it is read as can be kept by its spelling, because it depends on nothing else.
 */
import { addRow, clearRows, createRowBatch, isNumeric } from '../../../ml/data/row-reader.ts';
import type { CellNote } from '../../../ml/data/row-reader.ts';
import type { Feature } from '../../../ml/data/schema.ts';
import { MISSING } from '../../../ml/data/table.ts';
import { parseDate } from '../../../ml/data/values.ts';
import type { CellValue, DecimalSign } from '../../../ml/data/values.ts';
import type { ColumnMapping, LevelMeanings } from '../mapping.ts';
import { toCustomer } from '../rows.ts';
import type { BatchCustomer, Renaming } from '../rows.ts';

/** What a cell is read as. */
export interface ReadCell {
  /** Place in the schema. */
  readonly feature: number;
  /** As it stands in the file; undefined: the file has no such column. */
  readonly text: string | undefined;
  /** Before any policy: a number (NaN: not known), or a level's code (MISSING: not known). */
  readonly input: number;
  /** A text that is no level of the model; `input` is then of no use. */
  readonly other: string | null;
  /** After policies. */
  readonly value: number;
  readonly note: CellNote | null;
  readonly renamings: readonly Renaming[];
  /** The renamings in words. */
  readonly renamed: readonly string[];
  /** The row cannot be scored with it. */
  readonly isRefused: boolean;
}

/** undefined: the file has no such column. */
export type CellReader = (text: string | undefined) => ReadCell;

/** `place`: of the feature in the schema. */
export function createCellReader(
  feature: Feature,
  place: number,
  decimal: DecimalSign,
  levels: readonly LevelMeanings[],
): CellReader {
  const batch = createRowBatch([feature], 1);
  const own = levels.filter((one) => one.place === place).map((one) => ({ ...one, place: 0 }));
  const mapping = { features: [0], identifier: null, value: null, levels: own };
  const column = batch.columns[0]!;
  const taken = isNumeric(feature) ? column.values : column.codes;
  return (text) => {
    clearRows(batch);
    const { cells, renamings, renamed = none } = customerOf(text, mapping);
    const { problems, notes } = addRow(batch, cells, decimal);
    const value = taken[0]!;
    const { read } = column;
    return {
      feature: place,
      text,
      input: inputOf(feature, read, value),
      other: !isNumeric(feature) && read !== null && value < 0 ? String(read) : null,
      value,
      note: notes[0] ?? null,
      renamings,
      renamed,
      isRefused: problems.length > 0,
    };
  };
}

const none: readonly string[] = [];

function customerOf(text: string | undefined, mapping: ColumnMapping): BatchCustomer {
  return text === undefined || mapping.levels!.length === 0
    ? { cells: [text], renamings: [] }
    : toCustomer([text], mapping);
}

/** A policy may have put another number in the cell's place, but never another level. */
function inputOf({ type }: Feature, read: CellValue, value: number): number {
  if (type === 'date') return read === null ? NaN : (parseDate(String(read)) ?? NaN);
  if (type === 'number') return typeof read === 'number' ? read : NaN;
  return read === null ? MISSING : value;
}
