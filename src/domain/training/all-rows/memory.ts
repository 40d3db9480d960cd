/** How many rows a training can learn from within its memory, reckoned before they are read. */
import { isNumeric } from '../../../ml/data/row-reader.ts';
import type { FeatureType } from '../../../ml/data/schema.ts';
import { estimators } from '../../../ml/estimators.ts';
import type { TrainingOptions } from '../options.ts';

export interface MemoryLimit {
  /** For the rows of one training and what a fit computes of them. */
  readonly megabytes: number;
  /** Threads of a fit. */
  readonly threads: number;
}

/** Label, weights, groups, and what finding rows of one customer takes. */
const fixedBytes = 100;
/** Each row of a class that is repeated. */
const repeatedRows = 2;

/** Rows of the given inputs that fit, with whatever family of the options needs most. */
export function rowsThatFit(
  inputs: readonly { readonly type: FeatureType }[],
  { families, imbalance }: Pick<TrainingOptions, 'families' | 'imbalance'>,
  { megabytes, threads }: MemoryLimit,
): number {
  const numbers = inputs.filter(isNumeric).length;
  const shape = { numbers, categories: inputs.length - numbers };
  const table = 8 * shape.numbers + 4 * shape.categories + fixedBytes;
  const fit = Math.max(...families.map((family) => estimators[family].fitBytes(shape, threads)));
  const bytes = imbalance === 'over' ? table + repeatedRows * (table + fit) : table + fit;
  return Math.floor((megabytes * 1024 ** 2) / bytes);
}
