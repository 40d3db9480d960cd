/**
 * Hands tasks to threads, first come first served within a lane. A task that is not done in time is ended with
 * its thread: a long statement of SQLite cannot be interrupted otherwise. Why this is not a library:
 * docs/decisions/0019-own-thread-pools-and-csv.md.
 */
import type { Worker } from 'node:worker_threads';
import type { Config } from '../config.ts';
import { Unavailable } from '../errors.ts';
import { openThread } from '../thread.ts';
import { isOutOfMemory } from '../errors.ts';
import { unpackError } from './packed-error.ts';
import type { FromTask, ToTask } from './task-thread.ts';
import { lanes, tasks } from './tasks.ts';
import type { Tasks } from './tasks.ts';

export interface TaskPool extends Tasks {
  /** Ends every thread; what still waits is refused. */
  stop(): Promise<void>;
}

interface LaneLimits {
  readonly threads: number;
  /** From the request to the result, waiting included. */
  readonly withinMs: number;
  readonly maxWaiting: number;
}

interface Pending {
  readonly message: ToTask;
  readonly done: (result: unknown) => void;
  readonly fail: (error: Error) => void;
}

interface Thread {
  readonly worker: Worker;
  current: Pending | null;
  /** It was asked to end, which happens after the current SQLite statement. */
  isEnding: boolean;
}

interface Lane {
  run(message: ToTask): Promise<unknown>;
  stop(): Promise<void>;
}

/** Threads start when they are first needed. */
export function startTaskPool(
  config: Config,
  limits: Readonly<Record<keyof typeof lanes, LaneLimits>> = lanes,
): TaskPool {
  const open = {
    page: openLane(config, limits.page),
    model: openLane(config, limits.model),
    download: openLane(config, limits.download),
    long: openLane(config, limits.long),
  };
  const run = (name: ToTask['name'], args: unknown): Promise<unknown> =>
    open[tasks[name].lane].run({ name, args });
  return {
    // The record of tasks pairs names, arguments and results.
    run: run as Tasks['run'],
    stop: async () => {
      await Promise.all(Object.values(open).map((lane) => lane.stop()));
    },
  };
}

function openLane(config: Config, { threads: most, withinMs, maxWaiting }: LaneLimits): Lane {
  // A thread that is ending counts until it has exited, so that abandoned tasks do not exceed their share.
  const threads = new Set<Thread>();
  const waiting: Pending[] = [];
  let isStopping = false;

  const next = (): void => {
    const idle = [...threads].find((thread) => thread.current === null && !thread.isEnding);
    if (waiting.length === 0 || (!idle && threads.size >= most)) return;
    const thread = idle ?? open();
    thread.current = waiting.shift()!;
    thread.worker.postMessage(thread.current.message);
  };

  const open = (): Thread => {
    const worker = openThread('tasks/task-thread', config, config.threadMemoryMb);
    const thread: Thread = { worker, current: null, isEnding: false };
    threads.add(thread);
    worker.on('message', (answer: FromTask) => {
      const { current } = thread;
      thread.current = null;
      if ('error' in answer) current?.fail(unpackError(answer.error));
      else current?.done(answer.result);
      next();
    });
    worker.on('error', (error) => thread.current?.fail(asAnswer(error)));
    worker.on('exit', () => {
      threads.delete(thread);
      thread.current?.fail(new Error('A task thread ended unexpectedly.'));
      next();
    });
    return thread;
  };

  const end = async (thread: Thread): Promise<void> => {
    thread.isEnding = true;
    await thread.worker.terminate();
  };

  /** Gives up on a task wherever it is: still waiting, or running in a thread. */
  const giveUp = (pending: Pending): void => {
    const place = waiting.indexOf(pending);
    if (place >= 0) waiting.splice(place, 1);
    pending.fail(new Unavailable('This took too long. Try again in a moment, or narrow the request.'));
    const thread = [...threads].find(({ current }) => current === pending);
    if (thread) void end(thread);
  };

  return {
    run: (message) => {
      if (isStopping) return Promise.reject(stopping());
      if (waiting.length >= maxWaiting)
        return Promise.reject(new Unavailable('The server is busy. Try again in a moment.'));
      return new Promise((done, fail) => {
        const deadline = setTimeout(() => {
          giveUp(pending);
        }, withinMs);
        const pending: Pending = {
          message,
          done: (result) => {
            clearTimeout(deadline);
            done(result);
          },
          fail: (error) => {
            clearTimeout(deadline);
            fail(error);
          },
        };
        waiting.push(pending);
        next();
      });
    },
    stop: async () => {
      isStopping = true;
      for (const pending of waiting.splice(0)) pending.fail(stopping());
      for (const { current } of threads) current?.fail(stopping());
      await Promise.all([...threads].map(end));
    },
  };
}

function stopping(): Unavailable {
  return new Unavailable('Holdfast is stopping. Try again in a moment.');
}

function asAnswer(error: unknown): Error {
  if (isOutOfMemory(error))
    return new Unavailable('This needed more memory than is available. Narrow the request and try again.');
  return error instanceof Error ? error : new Error('A task thread failed.');
}
