/** What the columns of a file are to a model; made once for all blocks of the file. */
import { isNumeric } from '../../../ml/data/row-reader.ts';
import type { Feature, Schema } from '../../../ml/data/schema.ts';
import type { DecimalSign } from '../../../ml/data/values.ts';
import type { CsvFormat } from '../../csv/intake.ts';
import type { Delimiter } from '../../csv/records.ts';
import { createCustomerReader } from '../../scoring/customer-reading.ts';
import type { CustomerReader } from '../../scoring/customer-reading.ts';
import type { ColumnMapping } from '../mapping.ts';
import { createCellReader } from './cell-reading.ts';
import type { CellReader, ReadCell } from './cell-reading.ts';
import { createColumnUses } from './column-uses.ts';
import type { ColumnUses } from './column-uses.ts';
import { createSpellings, hashOf } from './spellings.ts';
import type { Spellings } from './spellings.ts';

/** What decides how the blocks of a file are read; plain data that can be sent to a thread. */
export interface BlockSource {
  readonly schema: Schema;
  readonly mapping: ColumnMapping;
  readonly format: Pick<CsvFormat, 'delimiter' | 'decimal'>;
  /** Cells of the header. */
  readonly columnCount: number;
}

export interface BlockPlan {
  readonly features: readonly Feature[];
  readonly mapping: ColumnMapping;
  readonly delimiter: Delimiter;
  readonly decimal: DecimalSign;
  readonly uses: ColumnUses;
  /** One a feature. */
  readonly readers: readonly CellReader[];
  /** Limits of numbers and dates, one a feature; infinite where there are none. */
  readonly lows: Float64Array;
  readonly highs: Float64Array;
  /** Cells that were read before; grows with the blocks that are read. */
  readonly spellings: Spellings;
  /** Reads a whole row as scoring one customer does. */
  readonly customer: CustomerReader;
  /** The feature that is the monthly revenue; −1: none is, or it is no number. */
  readonly amountPlace: number;
  /** Of each feature that the file has no column for, what every row has in its place. */
  readonly absent: readonly ReadCell[];
  /** The model insists on a column that the file does not have. */
  readonly isEveryRowRefused: boolean;
  /** Features in the order in which their renamed levels are told. */
  readonly renamingOrder: readonly number[];
  /** Features whose column in the table is the column of the inputs: no policy changes a number of theirs. */
  readonly isShared: readonly boolean[];
}

export function createBlockPlan({ schema, mapping, format, columnCount }: BlockSource): BlockPlan {
  const { features } = schema;
  const { delimiter, decimal } = format;
  const levels = mapping.levels ?? [];
  const readers = features.map((feature, j) => createCellReader(feature, j, decimal, levels));
  const customer = createCustomerReader(schema);
  const { batch, valuePlace } = customer;
  const absent = readers
    .filter((_, j) => (mapping.features[j] ?? null) === null)
    .map((read) => read(undefined));
  return {
    features,
    mapping,
    delimiter,
    decimal,
    uses: createColumnUses({
      columnCount,
      types: features.map(({ type }) => type),
      features: mapping.features,
      identifier: mapping.identifier,
      amount: valuePlace < 0 ? mapping.value : null,
    }),
    readers,
    lows: Float64Array.from(batch.columns, ({ limits }) => limits.min ?? -Infinity),
    highs: Float64Array.from(batch.columns, ({ limits }) => limits.max ?? Infinity),
    spellings: knownLevels(features, readers),
    customer,
    amountPlace: features[valuePlace]?.type === 'number' ? valuePlace : -1,
    absent,
    isEveryRowRefused: absent.some(({ isRefused }) => isRefused),
    renamingOrder: [...new Set(levels.map(({ place }) => place))],
    isShared: features.map((feature) => isNumeric(feature) && !isReplaced(feature)),
  };
}

function isReplaced({ policy }: Feature): boolean {
  return policy !== undefined && (policy.missing === 'typical' || policy.outOfRange === 'clip');
}

function knownLevels(features: readonly Feature[], readers: readonly CellReader[]): Spellings {
  const texts = features.flatMap(({ levels }, j) =>
    levels.map((level) => ({ bytes: Buffer.from(level), cell: readers[j]!(level) })),
  );
  const spellings = createSpellings(
    features.length,
    texts.map(({ bytes }) => bytes.length),
  );
  for (const { bytes, cell } of texts)
    spellings.keep(cell, hashOf(bytes, 0, bytes.length), bytes, 0, bytes.length);
  return spellings;
}
