/**
 * Memory that is used again. Whoever works on a file block by block would otherwise ask for megabytes a block, and the
 * garbage collector would run for their sake.
 */

/** Buffers that nobody uses any more. */
export class SpareMemory {
  private readonly spare: Buffer[] = [];

  /** At least so many bytes, whatever they are. The buffer has its memory for itself, so that it can be transferred. */
  take(length: number): Buffer {
    const fits = this.spare.findIndex((one) => one.length >= length && one.length <= 4 * length);
    return fits < 0 ? Buffer.allocUnsafeSlow(length) : this.spare.splice(fits, 1)[0]!;
  }

  /** The whole memory of what was taken. */
  give({ buffer }: Uint8Array): void {
    // None of them is beyond what was taken at once, but for sizes that nobody asks for any more.
    if (this.spare.length === mostSpare) this.spare.shift();
    this.spare.push(Buffer.from(buffer as ArrayBuffer));
  }
}

const mostSpare = 8;

/** Arrays of zeros, until the next `clear`. */
export class ArrayMemory {
  private memory = new ArrayBuffer(0);
  private used = 0;

  /** What was taken is free again, and may be used by others. `bytes`: about how many will be taken. */
  clear(bytes: number): void {
    const needed = Math.max(bytes, this.used);
    if (needed > this.memory.byteLength) this.memory = new ArrayBuffer(Math.ceil(needed * 1.1));
    else new Uint8Array(this.memory, 0, needed).fill(0);
    this.used = 0;
  }

  take<T extends Float64Array | Int32Array | Uint32Array | Uint8Array>(
    Type: ArrayKind<T>,
    length: number,
  ): T {
    const start = this.used;
    this.used = Math.ceil((start + length * Type.BYTES_PER_ELEMENT) / 8) * 8;
    return this.used > this.memory.byteLength ? new Type(length) : new Type(this.memory, start, length);
  }
}

interface ArrayKind<T> {
  readonly BYTES_PER_ELEMENT: number;
  new (length: number): T;
  new (buffer: ArrayBuffer, start: number, length: number): T;
}
