/** The results of a round, which come in any order, told in the order of its items and then forgotten. */
import type { OnDone } from '../../../ml/parallel/threads.ts';
import type { Answer } from './messages.ts';

export class Results<Result> {
  /** Those that wait for one before them. */
  readonly #waiting = new Map<number, Answer<Result>>();
  readonly #onDone: OnDone<Result> | undefined;
  #told = 0;
  #error: { readonly thrown: unknown } | null = null;
  #hasFailed = false;

  constructor(onDone: OnDone<Result> | undefined) {
    this.#onDone = onDone;
  }

  /** An item has failed, or `onDone` has: no more of them need be done. */
  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  add(answer: Answer<Result>): void {
    if ('error' in answer) this.#hasFailed = true;
    else if (answer.result === undefined) return;
    this.#waiting.set(answer.item, answer);
    for (let next = this.#waiting.get(this.#told); next && !this.#error; next = this.#waiting.get(this.#told))
      this.#tell(next);
  }

  /** @throws the first error, as when all had been done one after the other. */
  end(): void {
    if (this.#error) throw this.#error.thrown;
    const left = [...this.#waiting.values()].sort((a, b) => a.item - b.item);
    for (const answer of left) if ('error' in answer) throw answer.error;
  }

  #tell(answer: Answer<Result>): void {
    this.#waiting.delete(this.#told++);
    try {
      if ('error' in answer) throw answer.error;
      this.#onDone?.(answer.item, answer.result);
    } catch (thrown) {
      this.#error = { thrown };
      this.#hasFailed = true;
    }
  }
}
