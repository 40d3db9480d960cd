/**
 * Sharing the work of a fit between threads.
 *
 * Work is a task that consists of items which do not depend on each other, so that it makes no difference to the result
 * which thread does which item, or how many threads there are. Waiting is synchronous: a fit is a plain function. Threads
 * are opened outside of ml; without any, everything is done here.
 * Tasks do not get threads themselves: within an item, a fit works alone.
 */

/** Work that any thread can do: `tasks.ts` lists all tasks by their names. */
export interface Task<Shared, Result> {
  readonly name: string;
  /**
   * Called once in each thread that takes part, with what all items share: plain data, whose typed arrays are in memory
   * shared by all threads. Returns what does the item of a number, from 0. Results are plain data.
   */
  readonly prepare: (shared: Shared) => (item: number) => Result;
}

export type OnDone<Result> = (item: number, result: Result) => void;

/** Threads that are ready for the items of a task. */
export interface Team<Result> {
  /** Does items 0 to `count` − 1. `onDone` hears of each result that is not undefined, in the order of items. */
  run(count: number, onDone?: OnDone<Result>): void;
  close(): void;
}

export interface Threads {
  /** How many work at the same time, the calling one included. */
  readonly count: number;
  /** A team works on one task at a time: within another's work, the calling thread works alone. */
  open<Shared, Result>(task: Task<Shared, Result>, shared: Shared): Team<Result>;
  /** Gives back the memory of work that has ended, between fits of so many rows that two would be too much. Not within a team. */
  tidy(): void;
}

/** Everything is done here. */
export const oneThread: Threads = {
  count: 1,
  open: (task, shared) => {
    const work = task.prepare(shared);
    return {
      run: (count, onDone) => {
        for (let item = 0; item < count; item++) {
          const result = work(item);
          if (result !== undefined) onDone?.(item, result);
        }
      },
      close: () => undefined,
    };
  },
  tidy: () => undefined,
};

/** Does items 0 to `count` − 1 of a task, whose results nobody keeps but `onDone`. */
export function runTask<Shared, Result>(
  threads: Threads,
  task: Task<Shared, Result>,
  shared: Shared,
  count: number,
  onDone: OnDone<Result>,
): void {
  const team = threads.open(task, shared);
  try {
    team.run(count, onDone);
  } finally {
    team.close();
  }
}
