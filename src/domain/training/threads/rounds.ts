/**
 * Who does which item: tickets in memory that all threads of a fit share.
 *
 * Items of all rounds are numbered on and on. A round begins as the limit rises; each thread takes one ticket after the
 * other until there is none. The next round begins when all items of this one are done, so that a ticket is always
 * of the round at hand.
 */
const words = {
  limit: 0,
  next: 1,
  first: 2,
  done: 3,
  messages: 4,
  team: 5,
  failed: 6,
  helped: 7,
  tidying: 8,
  tidied: 9,
} as const;

/** To notice at least so often that a thread has ended, which wakes nobody. */
const checkMs = 500;

/**
 * So often a thread looks again before it sleeps, a twentieth of a millisecond: rounds may follow each other faster than a
 * sleeping thread wakes.
 */
const looks = 10_000;

const tidyWaits = 50;
const tidyWaitMs = 10;

export class Rounds {
  readonly memory: Int32Array;

  /** `memory`: of the other threads' rounds; without it a new one. */
  constructor(memory: Int32Array = new Int32Array(new SharedArrayBuffer(4 * Object.keys(words).length))) {
    this.memory = memory;
  }

  /** The number of the team at work. */
  get team(): number {
    return Atomics.load(this.memory, words.team);
  }
  set team(team: number) {
    Atomics.store(this.memory, words.team, team);
  }

  /** A thread has ended. */
  get hasFailed(): boolean {
    return Atomics.load(this.memory, words.failed) !== 0;
  }
  fail(): void {
    Atomics.store(this.memory, words.failed, 1);
    Atomics.notify(this.memory, words.done);
  }

  /** Whether messages have been sent since the last time. For the thread that receives them. */
  hasMessages(): boolean {
    return Atomics.exchange(this.memory, words.messages, 0) > 0;
  }
  /** A message has been sent: call before `finish`. */
  announceMessage(): void {
    Atomics.add(this.memory, words.messages, 1);
    Atomics.notify(this.memory, words.done);
  }

  begin(count: number): void {
    const limit = Atomics.load(this.memory, words.limit);
    Atomics.store(this.memory, words.first, limit);
    Atomics.store(this.memory, words.limit, limit + count);
    Atomics.notify(this.memory, words.limit);
  }

  /** The item that the calling thread is to do; −1: all items of the round have been taken. */
  take(): number {
    for (;;) {
      const next = Atomics.load(this.memory, words.next);
      if (next === Atomics.load(this.memory, words.limit)) return -1;
      if (Atomics.compareExchange(this.memory, words.next, next, next + 1) === next)
        return next - Atomics.load(this.memory, words.first);
    }
  }

  /** An item is done. */
  finish(): void {
    const done = Atomics.add(this.memory, words.done, 1) + 1;
    // Who waits for the end of the round has nothing to do before it.
    if (done === Atomics.load(this.memory, words.limit)) Atomics.notify(this.memory, words.done);
  }

  /** As `finish`, for a helper. */
  finishHelping(): void {
    Atomics.add(this.memory, words.helped, 1);
    this.finish();
  }

  /** Items that helpers have done, of all rounds. */
  get helped(): number {
    return Atomics.load(this.memory, words.helped);
  }

  /** How many items are not done. If there are any, waits until there are none or a message is sent. */
  awaitItem(): number {
    const done = Atomics.load(this.memory, words.done);
    const left = Atomics.load(this.memory, words.limit) - done;
    if (left > 0 && !this.#changes(words.done, done)) Atomics.wait(this.memory, words.done, done, checkMs);
    return left;
  }

  /** Waits for the next round; returns at once if there is an item to take. */
  awaitRound(): void {
    const next = Atomics.load(this.memory, words.next);
    if (!this.#changes(words.limit, next)) Atomics.wait(this.memory, words.limit, next);
  }

  /** How often helpers have been asked to give back memory. */
  get tidyings(): number {
    return Atomics.load(this.memory, words.tidying);
  }

  /** Asks `helpers` to give back memory and waits until they have, or half a second: some may still be starting. */
  tidy(helpers: number): void {
    const before = Atomics.load(this.memory, words.tidied);
    Atomics.add(this.memory, words.tidying, 1);
    for (let wait = 0; wait < tidyWaits; wait++) {
      const done = Atomics.load(this.memory, words.tidied);
      if (done - before >= helpers) return;
      // Again each time: a helper may have been about to sleep.
      Atomics.notify(this.memory, words.limit);
      Atomics.wait(this.memory, words.tidied, done, tidyWaitMs);
    }
  }

  /** A helper has given back its memory. */
  finishTidying(): void {
    Atomics.add(this.memory, words.tidied, 1);
    Atomics.notify(this.memory, words.tidied);
  }

  /** Looks for a while whether the word changes. */
  #changes(word: number, value: number): boolean {
    for (let look = 0; look < looks; look++) if (Atomics.load(this.memory, word) !== value) return true;
    return false;
  }
}
