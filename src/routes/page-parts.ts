/** Parts of a page that may fail or be late; the page is shown without them and says which are missing. */
import type { Context } from '../context.ts';

/** Null if the part could not be loaded. */
export type PartReader = <T>(name: string, read: () => Promise<T>) => Promise<T | null>;

export function createPartReader(log: Context['log']): PartReader {
  return async (name, read) => {
    try {
      return await read();
    } catch (error) {
      const reason = error instanceof Error ? error.name : 'unknown';
      log.error({ part: name, reason }, 'A part of a page could not be read');
      return null;
    }
  };
}
