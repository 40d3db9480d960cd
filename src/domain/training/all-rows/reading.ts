/**
 * Reads the rows of a prepared file into typed columns, without a text a cell: by the blocks of scoring, so that a cell is read
 * as it will be when a customer is scored. A row that a block rejects for one of its cells stays, with that cell missing.
 */
import type { Column } from '../../../ml/data/table.ts';
import { ArrayMemory, SpareMemory } from '../../../spare-memory.ts';
import { createBlockPlan } from '../../batches/blocks/block-plan.ts';
import type { BlockPlan } from '../../batches/blocks/block-plan.ts';
import { readBlocks } from '../../batches/blocks/cut.ts';
import { readBlock } from '../../batches/blocks/scan.ts';
import { hashTexts } from '../../batches/blocks/text-hashes.ts';
import type { RawBlock, TypedBlock } from '../../batches/blocks/typed-block.ts';
import { wholeRow } from '../../batches/rows.ts';
import type { CsvIntake } from '../../csv/intake.ts';
import { evenly } from '../../csv/whole.ts';
import { createColumn } from './columns.ts';
import type { WantedColumn } from './wanted.ts';

export interface WantedRows {
  readonly columns: readonly WantedColumn[];
  /** Places in the header of the columns that name the customer. */
  readonly identifiers: readonly number[];
  /** Where the file has more, as many are taken evenly. */
  readonly mostRows: number;
}

export interface TypedRows {
  readonly rowCount: number;
  /** As they were wanted. */
  readonly columns: readonly Column[];
  /** One for each identifier: a whole number a customer, NaN where the cell is blank. */
  readonly customers: readonly Float64Array[];
}

export type PreparedFile = Pick<CsvIntake, 'format' | 'header' | 'rowCount'>;

/** `onRows` hears how many rows of the file have been read. @throws EndlessRecordError */
export function readTypedRows(
  path: string,
  file: PreparedFile,
  wanted: WantedRows,
  onRows: (done: number) => void,
): TypedRows {
  const isTaken = evenly(file.rowCount, wanted.mostRows);
  const capacity = Math.min(file.rowCount, wanted.mostRows);
  const plan = planOf(file, wanted.columns, null);
  const columns = wanted.columns.map((one, j) => createColumn(one, j, plan.readers[j]!, capacity));
  const customers = wanted.identifiers.map((place) => customersInReading(planOf(file, [], place), capacity));
  const memory = new ArrayMemory();
  const spare = new SpareMemory();
  let readable = 0;
  let rowCount = 0;
  for (const raw of readBlocks(path, file.format.delimiter, undefined, { spare })) {
    const block = readBlock(plan, raw, memory);
    const rows = readableRows(block);
    const taken = rows.map((_, i) => i).filter((i) => isTaken(readable + i));
    const places = rows.length === taken.length ? rows : taken.map((i) => rows[i]!);
    for (const column of columns) column.add(block, places);
    for (const one of customers) one.add(raw, taken);
    readable += rows.length;
    rowCount += taken.length;
    onRows(readable);
    spare.give(raw.bytes);
  }
  return {
    rowCount,
    columns: columns.map((column) => column.finish()),
    customers: customers.map((one) => one.keys.subarray(0, rowCount)),
  };
}

function planOf(
  { format, header }: PreparedFile,
  columns: readonly WantedColumn[],
  identifier: number | null,
) {
  const features = columns.map(({ name, type, levels }) => ({
    name,
    type,
    levels,
    range: null,
    missingShare: 0,
  }));
  return createBlockPlan({
    schema: { features, label: { name: '', positive: '', negative: '' }, identifier: null, value: null },
    mapping: { features: columns.map(({ place }) => place), identifier, value: null },
    format,
    columnCount: header.length,
  });
}

/** Rows of a block that are whole, in their order: accepted ones by their places, rejected ones by −1 − theirs. */
function readableRows({ rowCount, rejects }: TypedBlock): Int32Array {
  const rows = new Int32Array(rowCount + rejects.length);
  let count = 0;
  let accepted = 0;
  rejects.forEach(({ before, problems }, k) => {
    while (accepted < before) rows[count++] = accepted++;
    if (!problems.some(({ column }) => column === wholeRow)) rows[count++] = -1 - k;
  });
  while (accepted < rowCount) rows[count++] = accepted++;
  return rows.subarray(0, count);
}

interface CustomersInReading {
  readonly keys: Float64Array;
  /** `taken`: places among the block's readable rows. */
  add(raw: RawBlock, taken: Int32Array): void;
}

/** By 53 bits of a hash. `plan`: reads nothing but the identifier, so that it rejects no readable row. */
function customersInReading(plan: BlockPlan, capacity: number): CustomersInReading {
  const keys = new Float64Array(capacity);
  const memory = new ArrayMemory();
  let count = 0;
  return {
    keys,
    add: (raw, taken) => {
      const { identifiers } = readBlock(plan, raw, memory);
      const hashes = hashTexts(identifiers, Uint32Array.from(taken));
      taken.forEach((row, i) => {
        const isBlank = identifiers.ends[row] === (row === 0 ? 0 : identifiers.ends[row - 1]);
        keys[count++] = isBlank ? NaN : hashes[2 * i]! * 2 ** 21 + (hashes[2 * i + 1]! >>> 11);
      });
    },
  };
}
