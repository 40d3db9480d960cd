/** What stands in the score file of a batch. */
import { join } from 'node:path';
import type { BatchRecord } from '../../src/store/batches.ts';
import { scoreFile } from '../../src/store/score-files/names.ts';
import { openScoreFile } from '../../src/store/score-files/reader.ts';

/** The numbers of the rows that count, in their order. */
export function rowNumbersOf(
  uploadsDir: string,
  { file, scoreBytes }: Pick<BatchRecord, 'file' | 'scoreBytes'>,
): number[] {
  const scores = openScoreFile(join(uploadsDir, scoreFile(file)), scoreBytes);
  try {
    return scores.groups.flatMap((_, group) => [...scores.column(group, 'rowNumbers')]);
  } finally {
    scores.close();
  }
}
