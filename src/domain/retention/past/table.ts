/**
 * Answers to questions about the past of customers, for threads that apply rules to many of them. Only customers of whom one
 * answer is yes are in it: about 25 bytes each and one for each question, in memory that all threads share.
 */
import { hashOf } from '../../../store/score-files/customers.ts';
import { textColumn } from '../../../store/score-files/encoding.ts';
import type { TextColumn } from '../../../store/score-files/group.ts';
import { isSameQuestion } from './questions.ts';
import type { HadAction, PastQuestion } from './questions.ts';

export interface PastTable {
  readonly questions: readonly PastQuestion[];
  /** Of the customers, in any order. */
  readonly identifiers: TextColumn;
  /** Found by hash: a customer's place + 1, or 0. Its length is a power of two; at least half of it is 0. */
  readonly slots: Uint32Array;
  /** 1: yes. That of customer i and question k is entry `i × questions + k`. */
  readonly answers: Uint8Array;
}

/** No rule asks, or nothing was done. */
export const noPast: PastTable = {
  questions: [],
  identifiers: { bytes: new Uint8Array(0), ends: new Uint32Array(0) },
  slots: new Uint32Array(1),
  answers: new Uint8Array(0),
};

/** The place of a question; −1: it is not in the table, so that the answer is no. */
export function placeOf({ questions }: PastTable, question: PastQuestion): number {
  return questions.findIndex((one) => isSameQuestion(one, question));
}

/** That of row i and question k is entry `i × questions + k`. */
export function answersFor(table: PastTable, { bytes, ends }: TextColumn): Uint8Array {
  const count = table.questions.length;
  const found = new Uint8Array(ends.length * count);
  if (table.identifiers.ends.length === 0) return found;
  let from = 0;
  for (let row = 0; row < ends.length; row++) {
    const to = ends[row]!;
    const customer = from === to ? -1 : findCustomer(table, bytes, from, to);
    if (customer >= 0)
      for (let k = 0; k < count; k++) found[row * count + k] = table.answers[customer * count + k]!;
    from = to;
  }
  return found;
}

/** Of one customer; '': one without an identifier. */
export function hadIn(table: PastTable, customerId: string): HadAction {
  const answers = answersFor(table, textColumn([customerId]));
  return (question) => answers[placeOf(table, question)] === 1;
}

/** The customer's place; −1: not in the table. Texts are compared, as different ones can have the same hash. */
function findCustomer(
  { identifiers, slots }: PastTable,
  bytes: Uint8Array,
  from: number,
  to: number,
): number {
  const mask = slots.length - 1;
  for (let slot = hashOf(bytes, from, to) & mask; slots[slot] !== 0; slot = (slot + 1) & mask)
    if (isText(identifiers, slots[slot]! - 1, bytes.subarray(from, to))) return slots[slot]! - 1;
  return -1;
}

function isText({ bytes, ends }: TextColumn, place: number, text: Uint8Array): boolean {
  const from = place === 0 ? 0 : ends[place - 1]!;
  if (ends[place]! - from !== text.length) return false;
  for (let i = 0; i < text.length; i++) if (bytes[from + i] !== text[i]) return false;
  return true;
}

/** Collects customers, each once. */
export class PastTableBuilder {
  private bytes = new Uint8Array(1024);
  private ends = new Uint32Array(64);
  private answers: Uint8Array;
  private count = 0;
  private readonly questions: readonly PastQuestion[];

  constructor(questions: readonly PastQuestion[]) {
    this.questions = questions;
    this.answers = new Uint8Array(64 * questions.length);
  }

  /** `answers`: one a question. */
  add(customerId: string, answers: Uint8Array): void {
    const text = Buffer.from(customerId);
    const from = this.count === 0 ? 0 : this.ends[this.count - 1]!;
    this.bytes = withRoom(this.bytes, from + text.length);
    this.ends = withRoom(this.ends, this.count + 1);
    this.answers = withRoom(this.answers, (this.count + 1) * answers.length);
    this.bytes.set(text, from);
    this.answers.set(answers, this.count * answers.length);
    this.ends[this.count++] = from + text.length;
  }

  end(): PastTable {
    const { count, questions } = this;
    const used = count === 0 ? 0 : this.ends[count - 1]!;
    const identifiers = {
      bytes: shared(Uint8Array, this.bytes.subarray(0, used)),
      ends: shared(Uint32Array, this.ends.subarray(0, count)),
    };
    const answers = shared(Uint8Array, this.answers.subarray(0, count * questions.length));
    return { questions, identifiers, slots: slotsFor(identifiers), answers };
  }
}

function slotsFor({ bytes, ends }: TextColumn): Uint32Array {
  const length = 2 ** Math.ceil(Math.log2(2 * ends.length + 1));
  const slots = new Uint32Array(new SharedArrayBuffer(4 * length));
  let from = 0;
  for (let place = 0; place < ends.length; place++) {
    let slot = hashOf(bytes, from, ends[place]!) & (length - 1);
    while (slots[slot] !== 0) slot = (slot + 1) & (length - 1);
    slots[slot] = place + 1;
    from = ends[place]!;
  }
  return slots;
}

type Numbers = Uint8Array | Uint32Array;
type NumbersKind<T extends Numbers> = new (source: ArrayBufferLike | number) => T;

function withRoom<T extends Numbers>(array: T, length: number): T {
  if (length <= array.length) return array;
  const Kind = array.constructor as NumbersKind<T>;
  const larger = new Kind(Math.max(length, 2 * array.length));
  larger.set(array);
  return larger;
}

function shared<T extends Numbers>(Kind: NumbersKind<T>, array: T): T {
  const copy = new Kind(new SharedArrayBuffer(array.byteLength));
  copy.set(array);
  return copy;
}
