/** All rows of any CSV file that an upload takes, where only a part of them may have been read to infer its columns. */
import type { OnStep } from '../../ml/estimator.ts';
import type { FirstLine } from '../csv/first-line.ts';
import { readAllRows } from './all-rows/all-rows.ts';
import type { MemoryLimit } from './all-rows/memory.ts';
import { maxTrainingRows } from './dataset-table.ts';
import type { TrainingRows } from './fit.ts';
import type { TrainingOptions } from './options.ts';
import { labelOf, prepareTraining } from './table.ts';
import type { TrainingTable } from './table.ts';

export interface FileRows {
  readonly path: string;
  readonly firstLine: FirstLine | null;
  readonly options: TrainingOptions;
  readonly memory: MemoryLimit;
}

/** `table`: at most `maxTrainingRows` of the file's rows. @throws AppError 415 or 422 with the reason */
export async function readFileRows(
  table: TrainingTable,
  { path, firstLine, options, memory }: FileRows,
  onStep: OnStep,
): Promise<TrainingRows> {
  const { sha256, columns } = table;
  if (table.rowCount <= maxTrainingRows) return { ...prepareTraining(table, null, options.drop), sha256 };
  const { name, positive } = labelOf(table);
  const label = { kind: 'column', column: name, positive } as const;
  return { ...(await readAllRows({ path, columns, label, firstLine, options, memory }, onStep)), sha256 };
}
