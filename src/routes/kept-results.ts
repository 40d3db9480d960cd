/**
 * Results that take seconds for a million customers, kept by a key that changes with the scores. Requests that arrive
 * while one is computed wait for the same result.
 */
import { Unavailable } from '../errors.ts';

export interface KeptResults<T> {
  /** @throws Unavailable if it takes too long; the computation continues for the next request */
  get(key: string, make: () => Promise<T>): Promise<T>;
}

const mostKept = 50;

export function createKeptResults<T>(withinMs = 9_000, most = mostKept): KeptResults<T> {
  const kept = new Map<string, Promise<T>>();
  const begin = (key: string, make: () => Promise<T>): Promise<T> => {
    const result = make();
    kept.set(key, result);
    const [oldest] = kept.keys();
    if (kept.size > most) kept.delete(oldest!);
    result.catch(() => kept.delete(key));
    return result;
  };
  return { get: (key, make) => inTime(kept.get(key) ?? begin(key, make), withinMs) };
}

async function inTime<T>(work: Promise<T>, withinMs: number): Promise<T> {
  let timer;
  const late = new Promise<never>((_, fail) => {
    timer = setTimeout(() => {
      fail(new Unavailable('The figures are still being computed. Try again in a moment.'));
    }, withinMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
