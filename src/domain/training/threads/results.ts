/** The results of a round, which come in any order, in the order of its items. */
import type { Answer } from './messages.ts';

export class Results<Result> {
  readonly #answers: Answer<Result>[] = [];
  readonly #onDone: ((item: number, result: Result) => void) | undefined;
  #told = 0;
  /** Of `onDone`. */
  #error: { readonly thrown: unknown } | null = null;
  #hasFailed = false;

  /** `onDone` hears of each result as soon as all before it are there. */
  constructor(onDone: ((item: number, result: Result) => void) | undefined) {
    this.#onDone = onDone;
  }

  /** An item has failed, or `onDone` has: no more of them need be done. */
  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  add(answer: Answer<Result>): void {
    this.#answers[answer.item] = answer;
    if ('error' in answer) this.#hasFailed = true;
    try {
      this.#tell();
    } catch (thrown) {
      this.#error ??= { thrown };
      this.#hasFailed = true;
    }
  }

  /** @throws the first error, as when all had been done one after the other. */
  inOrder(): Result[] {
    if (this.#error) throw this.#error.thrown;
    return this.#answers.map((answer) => {
      if ('error' in answer) throw answer.error;
      return answer.result;
    });
  }

  #tell(): void {
    if (this.#error) return;
    for (let next = this.#answers[this.#told]; next && 'result' in next; next = this.#answers[++this.#told])
      this.#onDone?.(this.#told, next.result);
  }
}
