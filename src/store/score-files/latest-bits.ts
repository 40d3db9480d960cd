/** A bit for each row of a batch's score file: whether it is the latest score of its customer. */
import type { Db } from '../../db.ts';

/** Rows of one stored piece: what a single customer changes is 8 kB. */
const rowsPerChunk = 65_536;
const bytesPerChunk = rowsPerChunk / 8;

/** A bit for each row. */
export class RowBits {
  readonly bits: Uint8Array;

  constructor(rowCount: number) {
    this.bits = new Uint8Array(Math.ceil(rowCount / 8));
  }

  set(row: number): void {
    this.bits[row >>> 3]! |= 1 << (row & 7);
  }

  has(row: number): boolean {
    return ((this.bits[row >>> 3]! >>> (row & 7)) & 1) === 1;
  }
}

export class LatestBits {
  private readonly bits: Uint8Array;
  /** 1: the piece has changed since it was stored. */
  private readonly changed: Uint8Array;
  readonly batchId: number;

  constructor(batchId: number, rowCount: number) {
    this.batchId = batchId;
    this.changed = new Uint8Array(Math.ceil(rowCount / rowsPerChunk));
    this.bits = new Uint8Array(this.changed.length * bytesPerChunk);
  }

  /** As they are stored; none are set where nothing is. */
  static async read(db: Db, batchId: number, rowCount: number): Promise<LatestBits> {
    const latest = new LatestBits(batchId, rowCount);
    const rows = await db('latest_rows')
      .where({ batch_id: batchId })
      .select<{ chunk: number; bits: Buffer }[]>('chunk', 'bits');
    for (const { chunk, bits } of rows)
      if ((chunk + 1) * bytesPerChunk <= latest.bits.length) latest.bits.set(bits, chunk * bytesPerChunk);
    return latest;
  }

  has(row: number): boolean {
    return ((this.bits[row >>> 3]! >>> (row & 7)) & 1) === 1;
  }

  set(row: number): void {
    this.bits[row >>> 3]! |= 1 << (row & 7);
    this.changed[row >>> 16] = 1;
  }

  clear(row: number): void {
    this.bits[row >>> 3]! &= ~(1 << (row & 7));
    this.changed[row >>> 16] = 1;
  }

  /** Clears the rows that are set in `others`. */
  clearAll({ bits: others }: RowBits): void {
    const count = Math.min(others.length, this.bits.length);
    for (let i = 0; i < count; i++) {
      if ((this.bits[i]! & others[i]!) === 0) continue;
      this.bits[i]! &= ~others[i]!;
      this.changed[Math.trunc(i / bytesPerChunk)] = 1;
    }
  }

  setFirst(rowCount: number): void {
    this.bits.fill(0xff, 0, rowCount >>> 3);
    for (let row = rowCount & ~7; row < rowCount; row++) this.set(row);
    this.changed.fill(1);
  }

  count(): number {
    let count = 0;
    for (const byte of this.bits) count += bitsOfByte[byte]!;
    return count;
  }

  /** The set rows in [from, until), counted from `from`; ascending. */
  rowsBetween(from: number, until: number): Uint32Array {
    const rows = new Uint32Array(until - from);
    let count = 0;
    for (let row = from; row < until; row++)
      if (((this.bits[row >>> 3]! >>> (row & 7)) & 1) === 1) rows[count++] = row - from;
    return rows.subarray(0, count);
  }

  /** Stores the pieces that have changed, and their number with the batch. */
  async save(trx: Db): Promise<void> {
    for (const [chunk, isChanged] of this.changed.entries()) {
      if (isChanged === 0) continue;
      const bits = Buffer.from(this.bits.subarray(chunk * bytesPerChunk, (chunk + 1) * bytesPerChunk));
      await trx('latest_rows')
        .insert({ batch_id: this.batchId, chunk, bits })
        .onConflict(['batch_id', 'chunk'])
        .merge();
    }
    if (this.changed.includes(1))
      await trx('batches').where({ id: this.batchId }).update({ latest_count: this.count() });
    this.changed.fill(0);
  }
}

const bitsOfByte = Uint8Array.from({ length: 256 }, (_, byte) => byte.toString(2).replaceAll('0', '').length);
