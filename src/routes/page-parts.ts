/** Parts of a page that may fail or be late without taking the page with them; the page says which are not there. */
import type { Context } from '../context.ts';

/** Null where the part could not be had. */
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
