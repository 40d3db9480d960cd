/** A thread that helps with fits: it takes items of the team at work until it is ended, and waits where there are none. */
import { receiveMessageOnPort, workerData } from 'node:worker_threads';
import { prepareTask } from '../../../ml/parallel/tasks.ts';
import { collectGarbage } from './garbage.ts';
import { answerOf } from './messages.ts';
import type { HelperTask, TeamTask } from './messages.ts';
import { Rounds } from './rounds.ts';

const { port, memory } = workerData as HelperTask;
const rounds = new Rounds(memory);
let team = 0;
const nothing = (): unknown => undefined;
let work: (item: number) => unknown = nothing;
/** Has been received too early. */
let next: TeamTask | null = null;
let tidyings = 0;

for (;;) {
  const item = rounds.take();
  if (item >= 0) help(item);
  else {
    if (tidyings !== rounds.tidyings) tidy();
    rounds.awaitRound();
  }
}

function help(item: number): void {
  const answer = answerOf(item, () => {
    if (team !== rounds.team) join();
    return work(item);
  });
  if (!('result' in answer) || answer.result !== undefined) {
    port.postMessage(answer);
    rounds.announceMessage();
  }
  rounds.finishHelping();
}

/** Joins the team at work, which was announced before its first round. */
function join(): void {
  for (;;) {
    const message = next ?? (receiveMessageOnPort(port) as { message: TeamTask }).message;
    next = null;
    if (message.team !== rounds.team) continue;
    work = prepareTask(message.task, message.shared);
    team = message.team;
    return;
  }
}

/** Forgets teams that are over, those that it never joined as well, and gives back their memory. */
function tidy(): void {
  tidyings = rounds.tidyings;
  work = nothing;
  team = 0;
  do {
    if (next !== null && next.team >= rounds.team) break;
    next = (receiveMessageOnPort(port)?.message as TeamTask | undefined) ?? null;
  } while (next !== null);
  collectGarbage();
  rounds.finishTidying();
}
