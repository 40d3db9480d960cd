/** What jobs that work on another database have in common: they stop between steps, and try again where it was lost. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Db } from '../db.ts';
import { cancelled, done } from '../domain/jobs/steps.ts';
import type { JobOutcome, StepAnswer } from '../domain/jobs/steps.ts';
import { WarehouseLost } from '../store/warehouse/failures.ts';

/** Time for a server that restarts, before the queue tries again. */
const tryAgainMs = 2_000;

/** Thrown at a checkpoint when the job was cancelled or the program ends. */
class Ended extends Error {
  readonly answer: StepAnswer;

  constructor(answer: StepAnswer) {
    super('The job was asked to stop.');
    this.answer = answer;
  }
}

type Checkpoint = (step: () => Promise<StepAnswer>) => Promise<void>;

/** `work` gives what ends the job; `cancel` is called in the transaction that ends a cancelled one. */
export async function untilStopped(
  work: (checkpoint: Checkpoint) => Promise<(trx: Db) => Promise<void>>,
  cancel: (trx: Db) => Promise<void>,
): Promise<JobOutcome> {
  try {
    return done(
      await work(async (step) => {
        const answer = await step();
        if (answer !== 'go on') throw new Ended(answer);
      }),
    );
  } catch (error) {
    if (error instanceof WarehouseLost) await pause(tryAgainMs);
    if (!(error instanceof Ended)) throw error;
    return error.answer === 'stop' ? 'stopped' : cancelled(cancel);
  }
}
