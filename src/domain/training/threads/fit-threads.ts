/** Threads that share the work of fits with the thread that opened them (see ml/parallel/threads.ts). */
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import type { MessagePort, Worker } from 'node:worker_threads';
import { needsMoreMemory } from '../../../errors.ts';
import { share } from '../../../ml/parallel/shared-memory.ts';
import { oneThread } from '../../../ml/parallel/threads.ts';
import type { Task, Team, Threads } from '../../../ml/parallel/threads.ts';
import { openThread } from '../../../thread.ts';
import { collectGarbage } from './garbage.ts';
import { answerOf } from './messages.ts';
import type { Answer, FailedThread, KeeperTask, TeamTask } from './messages.ts';
import { Results } from './results.ts';
import { Rounds } from './rounds.ts';

export interface FitThreads extends Threads {
  /** Items that the other threads have done so far. */
  helped(): number;
  close(): void;
}

/**
 * `count`: how many threads work, the calling one included; the others start now, which takes a tenth of a second, and take part
 * as soon as they are there. `memoryMb`: the limit of each of them. One that ends, ends the work that is being done, with its
 * reason.
 */
export function openFitThreads(count: number, memoryMb: number): FitThreads {
  const crew = count === 1 ? null : startCrew(count - 1, memoryMb);
  let isBusy = false;
  return {
    count,
    open: (task, shared) => {
      if (crew === null || isBusy) return oneThread.open(task, shared);
      const run = startTeam(crew, task, share(shared));
      isBusy = true;
      return {
        run,
        close: () => {
          isBusy = false;
        },
      };
    },
    tidy: () => {
      if (crew !== null) tidyHelpers(crew);
      collectGarbage();
    },
    helped: () => crew?.rounds.helped ?? 0,
    close: () => {
      if (crew === null) return;
      void crew.keeper.terminate();
      for (const port of [...crew.ports, crew.alarm]) port.close();
    },
  };
}

/** No team has the next number, so that what was announced to the helpers before is over. */
function tidyHelpers({ rounds, ports }: Crew): void {
  rounds.team++;
  rounds.tidy(ports.length);
}

/** The helpers, as the fitting thread knows them. */
interface Crew {
  readonly keeper: Worker;
  readonly ports: readonly MessagePort[];
  readonly alarm: MessagePort;
  readonly rounds: Rounds;
}

function startCrew(helpers: number, memoryMb: number): Crew {
  const rounds = new Rounds();
  const alarm = new MessageChannel();
  const channels = Array.from({ length: helpers }, () => new MessageChannel());
  const ports = channels.map(({ port2 }) => port2);
  const task: KeeperTask = { ports, alarm: alarm.port2, memory: rounds.memory, memoryMb };
  const keeper = openThread('domain/training/threads/keeper', task, memoryMb, [...ports, alarm.port2]);
  // The program may end without closing its threads.
  keeper.unref();
  return { keeper, ports: channels.map(({ port1 }) => port1), alarm: alarm.port1, rounds };
}

function startTeam<Shared, Result>(
  crew: Crew,
  task: Task<Shared, Result>,
  shared: Shared,
): Team<Result>['run'] {
  const { ports, rounds } = crew;
  const team = rounds.team + 1;
  for (const port of ports) port.postMessage({ team, task: task.name, shared } satisfies TeamTask);
  rounds.team = team;
  const work = task.prepare(shared);
  return (count, onDone) => {
    const results = new Results(onDone);
    rounds.begin(count);
    for (let item = rounds.take(); item >= 0; item = rounds.take()) {
      // After an error the items that are left are not worth doing.
      if (!results.hasFailed) results.add(answerOf(item, work));
      rounds.finish();
      receive(crew, results);
    }
    while (rounds.awaitItem() > 0) receive(crew, results);
    receive(crew, results);
    results.end();
  };
}

/** @throws the reason why a helper ended, if one did. */
function receive<Result>({ ports, alarm, rounds }: Crew, results: Results<Result>): void {
  if (rounds.hasFailed) throw reasonOf(alarm);
  if (!rounds.hasMessages()) return;
  for (const port of ports)
    for (let next = receiveMessageOnPort(port); next; next = receiveMessageOnPort(port))
      results.add(next.message as Answer<Result>);
}

function reasonOf(alarm: MessagePort): Error {
  const failed = receiveMessageOnPort(alarm)?.message as FailedThread | undefined;
  return failed?.isOutOfMemory ? needsMoreMemory() : new Error(failed?.message ?? 'A training thread ended.');
}
