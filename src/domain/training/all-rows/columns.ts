/** The columns of a table while its blocks are being read: room for all rows from the beginning, one number a cell. */
import { isNumeric } from '../../../ml/data/row-reader.ts';
import type { Column } from '../../../ml/data/table.ts';
import type { CellReader } from '../../batches/blocks/cell-reading.ts';
import type { TypedBlock } from '../../batches/blocks/typed-block.ts';
import { LevelsInReading } from './levels.ts';
import type { WantedColumn } from './wanted.ts';

/** Rows of a block: the place of an accepted one, or −1 − the place of a rejected one. */
export type BlockPlaces = Int32Array;

export interface ColumnInReading {
  /** Adds rows of a block. */
  add(block: TypedBlock, places: BlockPlaces): void;
  /** The rows that were added. */
  finish(): Column;
}

/** `feature`: its place in the blocks; `read`: reads one of its cells; `capacity`: rows. */
export function createColumn(
  wanted: WantedColumn,
  feature: number,
  read: CellReader,
  capacity: number,
): ColumnInReading {
  const cellOf = ({ rejects }: TypedBlock, place: number): ReturnType<CellReader> =>
    read(rejects[-1 - place]!.cells[wanted.place]);
  return isNumeric(wanted)
    ? numbersInReading(wanted, feature, cellOf, capacity)
    : categoryInReading(wanted, feature, cellOf, capacity);
}

type CellOfRejected = (block: TypedBlock, place: number) => ReturnType<CellReader>;

function numbersInReading(
  { name }: WantedColumn,
  feature: number,
  cellOf: CellOfRejected,
  capacity: number,
): ColumnInReading {
  const values = new Float64Array(capacity);
  let count = 0;
  return {
    add: (block, places) => {
      const input = block.inputs[feature]!;
      if (input.kind !== 'number') return;
      for (const place of places)
        values[count++] = place >= 0 ? input.values[place]! : cellOf(block, place).input;
    },
    finish: () => ({ kind: 'number', name, values: values.subarray(0, count) }),
  };
}

function categoryInReading(
  { name, levels }: WantedColumn,
  feature: number,
  cellOf: CellOfRejected,
  capacity: number,
): ColumnInReading {
  const ids = new Int32Array(capacity);
  const known = new LevelsInReading(levels);
  let count = 0;
  return {
    add: (block, places) => {
      const input = block.inputs[feature]!;
      if (input.kind !== 'level') return;
      const others = Int32Array.from(input.others, (text) => known.idOf(text));
      const idOf = (code: number): number => (code < levels.length ? code : others[code - levels.length]!);
      for (const place of places) {
        const id = place >= 0 ? idOf(input.codes[place]!) : idOfCell(known, cellOf(block, place));
        known.count(id);
        ids[count++] = id;
      }
    },
    finish: () => {
      const { levels: all, codeOf } = known.finish();
      for (let row = 0; row < count; row++) if (ids[row]! >= 0) ids[row] = codeOf[ids[row]!]!;
      return { kind: 'category', name, levels: all, codes: ids.subarray(0, count) };
    },
  };
}

function idOfCell(known: LevelsInReading, { input, other }: ReturnType<CellReader>): number {
  return other === null ? input : known.idOf(other);
}
