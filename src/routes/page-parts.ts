/** Parts of a page that may fail or be late; the page is shown without them and says which are missing. */
import { setTimeout as pause } from 'node:timers/promises';
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

export interface PageFigures {
  /** Null also where the figure is not there when the page has waited long enough. */
  readonly read: PartReader;
  /** A figure is still being counted: the page has to look again. */
  readonly isWaiting: () => boolean;
}

const late = Symbol('late');

/** Figures of one page that are kept once they are counted, so that the page finds them when it looks again. */
export function openPageFigures({ log, config }: Pick<Context, 'log' | 'config'>): PageFigures {
  const orNull = createPartReader(log);
  let isWaiting = false;
  const inTime = async <T>(work: Promise<T>): Promise<T | null> => {
    // What comes after the page fails for whoever looks again.
    work.catch(() => undefined);
    const first = await Promise.race([work, pause(config.pageWaitMs, late, { ref: false })]);
    if (first !== late) return first;
    isWaiting = true;
    return null;
  };
  return { read: (name, read) => orNull(name, () => inTime(read())), isWaiting: () => isWaiting };
}
