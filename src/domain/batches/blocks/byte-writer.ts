/**
 * Writes lines of a file as bytes. Texts that many lines share are words: kept as bytes once, then copied. Copying goes
 * eight bytes at a time and so beyond the end of what is copied: every buffer has a few bytes to spare. Room is looked for
 * once a line, not before each part of it.
 */
import { SpareMemory } from '../../../spare-memory.ts';
import { longestFraction, writeFraction } from './fraction-digits.ts';

/** Bytes that may be read and written beyond what counts. */
const spareBytes = 8;
const longestNumber = 2 * longestFraction;
/** Words and numbers that one line may have. */
const partsPerLine = 32;

interface Bytes {
  readonly bytes: Buffer;
  readonly view: DataView;
}

/** A text that a writer keeps. */
export type Word = number;

export class ByteWriter {
  private readonly spare: SpareMemory;
  private out: Bytes;
  private length = 0;
  private words = viewed(Buffer.alloc(1 << 12));
  /** Word i is from `wordEnds[i]` to `wordEnds[i + 1]`. */
  private readonly wordEnds: number[] = [0];
  private longestPart = longestNumber;

  /** `spare`: for what is written. */
  constructor(spare = new SpareMemory()) {
    this.spare = spare;
    this.out = viewed(spare.take(1 << 16));
  }

  get size(): number {
    return this.length;
  }

  /** Starts again. `expectedBytes`: about how many will follow. */
  clear(expectedBytes: number): void {
    // What was taken from it belongs to others now.
    this.out = viewed(this.spare.take(expectedBytes + spareBytes));
    this.length = 0;
  }

  /** What was written; the writer lets go of it. */
  take(): Buffer {
    const taken = this.out.bytes.subarray(0, this.length);
    this.clear(1 << 12);
    return taken;
  }

  keep(text: string): Word {
    const bytes = Buffer.from(text);
    const at = this.wordEnds.at(-1)!;
    if (at + bytes.length + spareBytes > this.words.bytes.length)
      this.words = viewed(Buffer.concat([this.words.bytes], 2 * (at + bytes.length + spareBytes)));
    this.words.bytes.set(bytes, at);
    if (bytes.length > this.longestPart) this.longestPart = bytes.length;
    // A new word may be longer than those that room was made for.
    this.makeRoom(0);
    return this.wordEnds.push(at + bytes.length) - 2;
  }

  /** Room for so many bytes, and for the words and numbers of a line. */
  makeRoom(bytes: number): void {
    const needed = this.length + bytes + partsPerLine * (this.longestPart + spareBytes);
    if (needed > this.out.bytes.length) this.grow(needed);
  }

  private grow(needed: number): void {
    const { bytes } = this.out;
    this.out = viewed(this.spare.take(Math.ceil(needed * 1.25)));
    this.out.bytes.set(bytes.subarray(0, this.length));
    this.spare.give(bytes);
  }

  word(word: Word): void {
    this.copy(this.words, this.wordEnds[word]!, this.wordEnds[word + 1]!);
  }

  /** For which there must be room. */
  copy({ bytes, view }: Bytes, start: number, end: number): void {
    const target = this.out.view;
    const last = Math.min(end, bytes.length - spareBytes + 1);
    let from = start;
    let to = this.length;
    for (; from < last; from += 8, to += 8) {
      target.setInt32(to, view.getInt32(from, true), true);
      target.setInt32(to + 4, view.getInt32(from + 4, true), true);
    }
    for (; from < end; from++, to++) this.out.bytes[to] = bytes[from]!;
    this.length += end - start;
  }

  /** A text of its own; makes room for itself and the words behind it. */
  text(text: string): void {
    this.makeRoom(3 * text.length);
    this.length += this.out.bytes.write(text, this.length);
  }

  /** As `String(value)` has it, with the decimal sign as its byte. */
  number(value: number, decimal: number): void {
    const { bytes } = this.out;
    const end = writeFraction(value, decimal, bytes, this.length);
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
    const { bytes } = this.out;
    const text = String(value);
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      bytes[this.length + i] = code === 0x2e ? decimal : code;
    }
    this.length += text.length;
  }
}

/** Bytes and their view, as `copy` takes them. */
export function viewed(bytes: Buffer): Bytes {
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length) };
}
