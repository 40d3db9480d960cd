/**
 * The careful path for one cell: its text goes through the same functions as a customer's of the form or of the API.
 * What it is read as can be kept by its spelling, because it depends on nothing else.
 */
import { addRow, clearRows, createRowBatch, isNumeric, toTable } from '../../../ml/data/row-reader.ts';
import type { CellNote } from '../../../ml/data/row-reader.ts';
import type { Feature } from '../../../ml/data/schema.ts';
import { MISSING } from '../../../ml/data/table.ts';
import { parseDate } from '../../../ml/data/values.ts';
import type { CellValue, DecimalSign } from '../../../ml/data/values.ts';
import { noteWords } from '../../scoring/explanations.ts';
import type { LevelMeanings } from '../mapping.ts';
import { toCustomer } from '../rows.ts';
import type { Renaming } from '../rows.ts';

/** What a cell is read as. */
export interface ReadCell {
  /** Place in the schema. */
  readonly feature: number;
  /** Before any policy: a number (NaN: not known), or a level's code (MISSING: not known). */
  readonly input: number;
  /** A text that is no level of the model; `input` is then of no use. */
  readonly other: string | null;
  /** After policies. */
  readonly value: number;
  readonly note: CellNote | null;
  readonly renamings: readonly Renaming[];
  /** Words of the renamings, then of the note. */
  readonly renamed: readonly string[];
  readonly noted: readonly string[];
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
  return (text) => {
    clearRows(batch);
    const customer = text === undefined ? unknown : toCustomer([text], mapping);
    const { problems, notes } = addRow(batch, customer.cells, decimal);
    const [column] = toTable({ ...batch, rowCount: 1 }).columns;
    const { read } = batch.columns[0]!;
    const value = column!.kind === 'number' ? column!.values[0]! : column!.codes[0]!;
    const isOther = !isNumeric(feature) && read !== null && value < 0;
    const [note = null] = notes;
    return {
      feature: place,
      input: inputOf(feature, read, value),
      other: isOther ? String(read) : null,
      value,
      note,
      renamings: customer.renamings,
      renamed: customer.renamed ?? [],
      noted: note === null ? [] : [noteWords(note)],
      isRefused: problems.length > 0,
    };
  };
}

const unknown = { cells: [undefined], renamings: [], renamed: [] };

/** A policy may have put another number in the cell's place, but never another level. */
function inputOf({ type }: Feature, read: CellValue, value: number): number {
  if (type === 'date') return read === null ? NaN : (parseDate(String(read)) ?? NaN);
  if (type === 'number') return typeof read === 'number' ? read : NaN;
  return read === null ? MISSING : value;
}
