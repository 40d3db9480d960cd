/**
 * Writes lines of a file as bytes. Texts that many lines share are words: kept as bytes once, then copied. Copying goes
 * four bytes at a time, which takes half of what single bytes take, so every buffer has a few bytes to spare at its end.
 */

import { longestFraction, writeFraction } from './fraction-digits.ts';

/** Bytes that may be read and written beyond what counts. */
const spare = 8;
const longestNumber = 2 * longestFraction;

interface Bytes {
  readonly bytes: Buffer;
  readonly view: DataView;
}

/** A text that a writer keeps. */
export type Word = number;

export class ByteWriter {
  private out = allocate(1 << 16);
  private length = 0;
  private words = allocate(1 << 12);
  private wordsLength = 0;
  /** Where word i ends; it begins where the one before ends. */
  private readonly wordEnds: number[] = [];

  /** Starts again. `expectedBytes`: about how many will follow. */
  clear(expectedBytes: number): void {
    // What was taken from it belongs to others now.
    this.out = allocate(expectedBytes);
    this.length = 0;
  }

  /** Bytes written so far. */
  get size(): number {
    return this.length;
  }

  /** What was written; the writer lets go of it. */
  take(): Buffer {
    const taken = this.out.bytes.subarray(0, this.length);
    this.clear(1 << 12);
    return taken;
  }

  keep(text: string): Word {
    const bytes = Buffer.from(text);
    const at = this.wordsLength;
    if (at + bytes.length + spare > this.words.bytes.length)
      this.words = grown(this.words, at + bytes.length);
    this.words.bytes.set(bytes, at);
    this.wordsLength = at + bytes.length;
    return this.wordEnds.push(this.wordsLength) - 1;
  }

  word(word: Word): void {
    const start = word === 0 ? 0 : this.wordEnds[word - 1]!;
    this.copy(this.words, start, this.wordEnds[word]!);
  }

  /** `source` must have a DataView of its bytes from the same place. */
  copy({ bytes, view }: Bytes, start: number, end: number): void {
    this.reserve(end - start);
    const { view: target, bytes: targetBytes } = this.out;
    const last = Math.min(end, bytes.length - spare);
    let from = start;
    let to = this.length;
    for (; from < last; from += 4, to += 4) target.setUint32(to, view.getUint32(from, true), true);
    for (; from < end; from++, to++) targetBytes[to] = bytes[from]!;
    this.length += end - start;
  }

  /** Characters below 128. */
  ascii(text: string): void {
    this.reserve(text.length);
    const { bytes } = this.out;
    let at = this.length;
    for (let i = 0; i < text.length; i++) bytes[at++] = text.charCodeAt(i);
    this.length = at;
  }

  text(text: string): void {
    this.reserve(3 * text.length);
    this.length += this.out.bytes.write(text, this.length);
  }

  /** As `String(value)` has it, with the decimal sign as its byte. */
  number(value: number, decimal: number): void {
    this.reserve(longestNumber);
    const end = writeFraction(value, decimal, this.out.bytes, this.length);
    if (end >= 0) {
      this.length = end;
      return;
    }
    const size = Math.abs(value);
    const hundredths = Math.round(size * 100);
    // Up to fifteen digits no other double has the same ones, and none can be left out.
    if (size === 0 || !(hundredths < 1e15) || hundredths / 100 !== size) {
      this.longNumber(value, decimal);
      return;
    }
    const { bytes } = this.out;
    if (value < 0) bytes[this.length++] = 0x2d;
    const whole = Math.floor(hundredths / 100);
    const rest = hundredths - whole * 100;
    this.digits(whole);
    if (rest === 0) return;
    bytes[this.length++] = decimal;
    bytes[this.length++] = 0x30 + Math.floor(rest / 10);
    if (rest % 10 !== 0) bytes[this.length++] = 0x30 + (rest % 10);
  }

  private digits(whole: number): void {
    const { bytes } = this.out;
    let count = 1;
    for (let bound = 10; whole >= bound; bound *= 10) count++;
    let left = whole;
    for (let at = this.length + count - 1; at >= this.length; at--) {
      const next = Math.floor(left / 10);
      bytes[at] = 0x30 + left - next * 10;
      left = next;
    }
    this.length += count;
  }

  private longNumber(value: number, decimal: number): void {
    const start = this.length;
    this.ascii(String(value));
    if (decimal === 0x2e) return;
    const { bytes } = this.out;
    for (let at = start; at < this.length; at++) if (bytes[at] === 0x2e) bytes[at] = decimal;
  }

  private reserve(count: number): void {
    if (this.length + count + spare > this.out.bytes.length) this.out = grown(this.out, this.length + count);
  }
}

/** Bytes and their view, as `copy` takes them. */
export function viewed(bytes: Buffer): Bytes {
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length) };
}

function allocate(length: number): Bytes {
  // Not from Node's pool: whole buffers are handed to other threads.
  return viewed(Buffer.allocUnsafeSlow(length + spare));
}

function grown({ bytes }: Bytes, length: number): Bytes {
  const larger = allocate(Math.ceil(length * 1.5));
  larger.bytes.set(bytes);
  return larger;
}
