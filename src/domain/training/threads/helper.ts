/** A thread that helps with fits: it takes items of the team at work until it is ended, and waits where there are none. */
import { receiveMessageOnPort, workerData } from 'node:worker_threads';
import { prepareTask } from '../../../ml/parallel/tasks.ts';
import { answerOf } from './messages.ts';
import type { HelperTask, TeamTask } from './messages.ts';
import { Rounds } from './rounds.ts';

const { port, memory } = workerData as HelperTask;
const rounds = new Rounds(memory);
let team = 0;
let work: (item: number) => unknown = () => undefined;

for (;;) {
  const item = rounds.take();
  if (item < 0) rounds.awaitRound();
  else help(item);
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
    const { message } = receiveMessageOnPort(port) as { message: TeamTask };
    if (message.team !== rounds.team) continue;
    work = prepareTask(message.task, message.shared);
    team = message.team;
    return;
  }
}
