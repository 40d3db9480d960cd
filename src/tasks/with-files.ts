/** A task that misses a file which is stored runs again when the file is here. */
import type { Context } from '../context.ts';
import { renewFile } from '../domain/files/kept.ts';
import { FileElsewhere } from '../errors.ts';

const attempts = 3;

/** @throws FilesUnavailable where it cannot be fetched */
export async function withFiles<T>(
  context: Pick<Context, 'db' | 'config'>,
  work: () => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof FileElsewhere) || attempt === attempts) throw error;
      await renewFile(context, error.fileName);
    }
  }
}
