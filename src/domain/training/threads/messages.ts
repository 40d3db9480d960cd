/** What the threads of a fit say to each other. */
import type { MessagePort } from 'node:worker_threads';

/** To the keeper, which opens the helpers. */
export interface KeeperTask {
  /** One a helper: the other end is in the fitting thread. */
  readonly ports: readonly MessagePort[];
  /** Takes a FailedThread to the fitting thread. */
  readonly alarm: MessagePort;
  /** Of the rounds. */
  readonly memory: Int32Array;
  /** Limit of each helper. */
  readonly memoryMb: number;
}

/** To a helper as it starts. */
export type HelperTask = Pick<KeeperTask, 'memory'> & { readonly port: MessagePort };

/** To a helper: a team that is at work from now on. */
export interface TeamTask {
  readonly team: number;
  /** The name of its task. */
  readonly task: string;
  readonly shared: unknown;
}

/** From a helper. */
export type Answer<Result = unknown> =
  { readonly item: number; readonly result: Result } | { readonly item: number; readonly error: unknown };

export interface FailedThread {
  readonly message: string;
  readonly isOutOfMemory: boolean;
}

/** Does one item. An error is an answer too. */
export function answerOf<Result>(item: number, work: (item: number) => Result): Answer<Result> {
  try {
    return { item, result: work(item) };
  } catch (error) {
    return { item, error };
  }
}
