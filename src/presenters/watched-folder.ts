/** The watched folder: where it is, what is wrong with it, and what became of its last files. */
import { waitsForPerson } from '../store/watched-files.ts';
import type { WatchedFile } from '../store/watched-files.ts';
import type { ViewHelpers } from './view-helpers.ts';

export interface WatchedData {
  /** Null: there is none. */
  readonly folder: string | null;
  readonly problem: string | null;
  /** Newest first. */
  readonly files: readonly WatchedFile[];
}

export function presentWatched(h: ViewHelpers, { folder, problem, files }: WatchedData) {
  return {
    folder,
    problem,
    files: files.map((file) => ({
      name: file.name,
      href: file.batchId === null ? null : `/batches/${file.batchId}`,
      at: h.dateTime(file.createdAt),
      state: stateOf(file),
      note: file.note,
    })),
  };
}

function stateOf(file: WatchedFile): string {
  const { state, movedAt, batchId } = file;
  if (state === 'taken') return waitsForPerson(file) ? 'Waits for somebody' : 'Being scored';
  if (movedAt === null) return 'To be moved out of the folder';
  if (state === 'failed') return 'Failed';
  return batchId === null ? 'Not scored again' : 'Scored';
}
