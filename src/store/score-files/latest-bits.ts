/** A bit for each row of a batch's score file: whether it is the latest score of its customer. */
import type { Db } from '../../db.ts';

/** Rows of one stored piece: what a single customer changes is 8 kB. */
const rowsPerChunk = 65_536;
const bytesPerChunk = rowsPerChunk / 8;

export class LatestBits {
  private readonly bits: Uint8Array;
  private readonly changed = new Set<number>();
  readonly batchId: number;

  constructor(batchId: number, rowCount: number) {
    this.batchId = batchId;
    this.bits = new Uint8Array(Math.ceil(rowCount / rowsPerChunk) * bytesPerChunk);
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
    this.changed.add(row >>> 16);
  }

  clear(row: number): void {
    this.bits[row >>> 3]! &= ~(1 << (row & 7));
    this.changed.add(row >>> 16);
  }

  setFirst(rowCount: number): void {
    this.bits.fill(0xff, 0, rowCount >>> 3);
    for (let row = rowCount & ~7; row < rowCount; row++) this.set(row);
    for (let chunk = 0; chunk * rowsPerChunk < rowCount; chunk++) this.changed.add(chunk);
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
    for (const chunk of this.changed) {
      const bits = Buffer.from(this.bits.subarray(chunk * bytesPerChunk, (chunk + 1) * bytesPerChunk));
      await trx('latest_rows')
        .insert({ batch_id: this.batchId, chunk, bits })
        .onConflict(['batch_id', 'chunk'])
        .merge();
    }
    if (this.changed.size > 0)
      await trx('batches').where({ id: this.batchId }).update({ latest_count: this.count() });
    this.changed.clear();
  }
}

const bitsOfByte = Uint8Array.from({ length: 256 }, (_, byte) => byte.toString(2).replaceAll('0', '').length);
