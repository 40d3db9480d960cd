/**
 * The first few of very many rows, in order, without sorting them all. Rows are kept in typed arrays; whenever these are
 * full, a quickselect keeps the first `limit` of them, and later rows are compared with the last one kept before they are
 * taken in. Memory is that of `limit` rows and what is between two selections.
 */

/** Rows that are taken in between two selections, at least. */
const leastKept = 16_384;
/** Parts as short as this are sorted by insertion. */
const shortPart = 12;
/** As many bytes of a text as a number holds exactly. */
const prefixBytes = 6;

export interface RankingOrder {
  readonly descending: boolean;
  /** Rows with the same key: the higher number first. */
  readonly highestIdFirst?: boolean;
}

export class Ranking {
  /** How many rows were offered. */
  total = 0;
  private readonly limit: number;
  private readonly sign: number;
  private readonly idSign: number;
  private keys = new Float64Array(1024);
  private ids = new Float64Array(1024);
  private count = 0;
  /** Rows after this key are not among the first. */
  private lastKey = Infinity;
  /** Of each row, where its text is in `pool`; empty while rows have none. */
  private starts = new Uint32Array(0);
  private lengths = new Uint16Array(0);
  private pool = new Uint8Array(0);
  private poolEnd = 0;
  private seed = 1;

  /** `limit`: how many of the rows are wanted, from the first. */
  constructor(limit: number, { descending, highestIdFirst = false }: RankingOrder) {
    this.limit = limit;
    this.sign = descending ? -1 : 1;
    this.idSign = highestIdFirst ? -1 : 1;
  }

  /** A row with its key; NaN comes last either way. */
  add(id: number, key: number): void {
    this.total++;
    const place = Number.isNaN(key) ? Infinity : this.sign * key;
    if (place > this.lastKey) return;
    this.append(id, place);
  }

  /** A row whose key is the text `bytes[from .. until]`; an empty one comes last either way. */
  addText(id: number, bytes: Uint8Array, from: number, until: number): void {
    this.total++;
    const place = from === until ? Infinity : this.sign * prefixOf(bytes, from, until);
    if (place > this.lastKey) return;
    this.append(id, place);
    this.appendText(bytes, from, until);
  }

  /** The numbers of the rows from `offset` to the limit, in order. */
  sorted(offset = 0): Float64Array {
    this.select();
    this.sort(0, this.count - 1);
    return this.ids.slice(offset, this.count);
  }

  private append(id: number, key: number): void {
    if (this.count === this.keys.length) this.makeRoom();
    this.keys[this.count] = key;
    this.ids[this.count] = id;
    this.count++;
  }

  private makeRoom(): void {
    if (this.count >= this.limit + Math.max(this.limit, leastKept)) this.select();
    else {
      this.keys = grown(this.keys, new Float64Array(2 * this.count));
      this.ids = grown(this.ids, new Float64Array(2 * this.count));
    }
  }

  private appendText(bytes: Uint8Array, from: number, until: number): void {
    const row = this.count - 1;
    if (this.starts.length < this.keys.length) {
      this.starts = grown(this.starts, new Uint32Array(this.keys.length));
      this.lengths = grown(this.lengths, new Uint16Array(this.keys.length));
    }
    if (this.poolEnd + until - from > this.pool.length)
      this.pool = grown(this.pool, new Uint8Array(2 * this.pool.length + until - from + 1024));
    for (let i = from; i < until; i++) this.pool[this.poolEnd + i - from] = bytes[i]!;
    this.starts[row] = this.poolEnd;
    this.lengths[row] = until - from;
    this.poolEnd += until - from;
  }

  /** Leaves the first `limit` rows, in any order. */
  private select(): void {
    if (this.count <= this.limit) return;
    let low = 0;
    let high = this.count - 1;
    while (low < high) {
      const [left, right] = this.partition(low, high);
      if (this.limit <= left) high = left;
      else if (this.limit >= right) low = right;
      else break;
    }
    this.count = this.limit;
    this.lastKey = -Infinity;
    for (let i = 0; i < this.count; i++) if (this.keys[i]! > this.lastKey) this.lastKey = this.keys[i]!;
    if (this.starts.length > 0) this.repackTexts();
  }

  /** Only the texts of the rows that are left. */
  private repackTexts(): void {
    const kept = this.lengths.subarray(0, this.count).reduce((sum, length) => sum + length, 0);
    const pool = new Uint8Array(2 * kept + 1024);
    let end = 0;
    for (let i = 0; i < this.count; i++) {
      const start = this.starts[i]!;
      pool.set(this.pool.subarray(start, start + this.lengths[i]!), end);
      this.starts[i] = end;
      end += this.lengths[i]!;
    }
    this.pool = pool;
    this.poolEnd = end;
  }

  private sort(low: number, high: number): void {
    while (high - low > shortPart) {
      const [left, right] = this.partition(low, high);
      // The shorter part first: the depth stays small.
      if (left - low < high - right) {
        this.sort(low, left);
        low = right;
      } else {
        this.sort(right, high);
        high = left;
      }
    }
    for (let i = low + 1; i <= high; i++)
      for (let j = i; j > low && this.isBefore(j, j - 1); j--) this.swap(j, j - 1);
  }

  /** Around a row picked at random: rows up to the first place come before those from the second one on. */
  private partition(low: number, high: number): [number, number] {
    this.seed = (Math.imul(this.seed, 1_664_525) + 1_013_904_223) >>> 0;
    // The row to compare with lies at `high` until the end.
    this.swap(low + (this.seed % (high - low + 1)), high);
    let end = low;
    for (let i = low; i < high; i++)
      if (this.isBefore(i, high)) {
        if (i !== end) this.swap(i, end);
        end++;
      }
    this.swap(end, high);
    return [Math.max(low, end - 1), Math.min(high, end + 1)];
  }

  /** Never both ways for two rows: their numbers differ. */
  private isBefore(a: number, b: number): boolean {
    const difference = this.keys[a]! - this.keys[b]!;
    if (difference < 0) return true;
    if (difference > 0) return false;
    if (this.starts.length > 0) {
      const order = this.compareTexts(a, b);
      if (order !== 0) return this.sign * order < 0;
    }
    return this.idSign * (this.ids[a]! - this.ids[b]!) < 0;
  }

  private compareTexts(a: number, b: number): number {
    const { pool, starts, lengths } = this;
    const shorter = Math.min(lengths[a]!, lengths[b]!);
    for (let i = 0; i < shorter; i++) {
      const difference = pool[starts[a]! + i]! - pool[starts[b]! + i]!;
      if (difference !== 0) return difference;
    }
    return lengths[a]! - lengths[b]!;
  }

  private swap(a: number, b: number): void {
    const { keys, ids, starts, lengths } = this;
    const key = keys[a]!;
    keys[a] = keys[b]!;
    keys[b] = key;
    const id = ids[a]!;
    ids[a] = ids[b]!;
    ids[b] = id;
    if (starts.length === 0) return;
    const start = starts[a]!;
    starts[a] = starts[b]!;
    starts[b] = start;
    const length = lengths[a]!;
    lengths[a] = lengths[b]!;
    lengths[b] = length;
  }
}

/** Texts are in the order of these numbers, as far as their first bytes say. */
function prefixOf(bytes: Uint8Array, from: number, until: number): number {
  let prefix = 0;
  for (let i = from; i < from + prefixBytes; i++) prefix = prefix * 256 + (i < until ? bytes[i]! : 0);
  return prefix;
}

function grown<T extends Float64Array | Uint32Array | Uint16Array | Uint8Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
