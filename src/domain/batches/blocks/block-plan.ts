/** What the columns of a file are to a model; made once for all blocks of the file. */
import { isNumeric } from '../../../ml/data/row-reader.ts';
import type { Feature, Schema } from '../../../ml/data/schema.ts';
import type { CsvFormat } from '../../csv/intake.ts';
import type { Delimiter } from '../../csv/records.ts';
import type { DecimalSign } from '../../../ml/data/values.ts';
import { createCustomerReader } from '../../scoring/customer-reading.ts';
import type { CustomerReader } from '../../scoring/customer-reading.ts';
import type { ColumnMapping } from '../mapping.ts';
import { createCellReader } from './cell-reading.ts';
import type { CellReader, ReadCell } from './cell-reading.ts';

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
  readonly columnCount: number;
  /** One a feature. */
  readonly readers: readonly CellReader[];
  /** Reads a whole row as scoring one customer does. */
  readonly customer: CustomerReader;
  /** Of each feature that the file has no column for, what every row has in its place. */
  readonly absent: readonly ReadCell[];
  /** Features in the order in which their renamed levels are told. */
  readonly renamingOrder: readonly number[];
  /** Features whose column in the table is the column of the inputs: no policy changes a number of theirs. */
  readonly isShared: readonly boolean[];
}

export function createBlockPlan({ schema, mapping, format, columnCount }: BlockSource): BlockPlan {
  const { features } = schema;
  const levels = mapping.levels ?? [];
  const readers = features.map((feature, j) => createCellReader(feature, j, format.decimal, levels));
  return {
    features,
    mapping,
    delimiter: format.delimiter,
    decimal: format.decimal,
    columnCount,
    readers,
    customer: createCustomerReader(schema),
    absent: readers.filter((_, j) => (mapping.features[j] ?? null) === null).map((read) => read(undefined)),
    renamingOrder: [...new Set(levels.map(({ place }) => place))],
    isShared: features.map((feature) => isNumeric(feature) && !isReplaced(feature)),
  };
}

function isReplaced({ policy }: Feature): boolean {
  return policy !== undefined && (policy.missing === 'typical' || policy.outOfRange === 'clip');
}
