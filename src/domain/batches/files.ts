/** The names of a batch's files in the uploads folder. */
import type { BatchRecord } from '../../store/batches.ts';

export type BatchFileKind = 'scored' | 'rejected';

export function batchFile(batch: Pick<BatchRecord, 'file'>, kind: BatchFileKind): string {
  return `${batch.file}.${kind}.csv`;
}

/** Every file that a batch may have left, finished or not. */
export function allBatchFiles(file: string): string[] {
  const results = (['scored', 'rejected'] as const).map((kind) => batchFile({ file }, kind));
  return [file, `${file}.utf8`, ...results, ...results.map((name) => `${name}.part`)];
}
