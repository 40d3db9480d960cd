/** The results of a round, which come in any order, in the order of its items. */
import type { Answer } from './messages.ts';

export class Results<Result> {
  readonly #answers: Answer<Result>[] = [];
  readonly #onDone: ((item: number, result: Result) => void) | undefined;
  #told = 0;
  #hasFailed = false;

  /** `onDone` hears of each result as soon as all before it are there. */
  constructor(onDone: ((item: number, result: Result) => void) | undefined) {
    this.#onDone = onDone;
  }

  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  add(answer: Answer<Result>): void {
    this.#answers[answer.item] = answer;
    if ('error' in answer) this.#hasFailed = true;
    for (let next = this.#answers[this.#told]; next && 'result' in next; next = this.#answers[++this.#told])
      this.#onDone?.(this.#told, next.result);
  }

  /** @throws the error of the first item that failed, as when all had been done one after the other. */
  inOrder(): Result[] {
    return this.#answers.map((answer) => {
      if ('error' in answer) throw answer.error;
      return answer.result;
    });
  }
}
