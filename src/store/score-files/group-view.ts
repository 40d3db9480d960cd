/** The rows of one group of a score file, or a part of them; each column is read once. */
import type { ArrayOf, Part } from './chunks.ts';
import { giveBack } from './column-memory.ts';
import type { PlainColumn, plainColumns } from './encoding.ts';
import type { InputColumn, ScoredFeature, ScoreFileHeader, TextColumn } from './group.ts';
import type { ScoreFile } from './reader.ts';

export class GroupView {
  readonly header: ScoreFileHeader;
  readonly rowCount: number;
  readonly firstRow: number;
  private readonly file: ScoreFile;
  private readonly group: number;
  private readonly part: Part;
  private readonly read = new Map<string | number, unknown>();
  private readonly arrays: ArrayBufferView[] = [];

  /** `part`: of the rows of the group, counted from its first. */
  constructor(file: ScoreFile, group: number, part?: Part) {
    const { rowCount, firstRow } = file.groups[group]!;
    this.file = file;
    this.group = group;
    this.part = part ?? { from: 0, until: rowCount };
    this.header = file.header;
    this.rowCount = this.part.until - this.part.from;
    this.firstRow = firstRow + this.part.from;
  }

  /** The same for the same rows of the same file, as long as nothing is written to it. */
  get key(): string {
    return `${this.file.version} ${this.firstRow} ${this.rowCount}`;
  }

  get features(): readonly ScoredFeature[] {
    return this.header.features;
  }

  probability(): Float64Array {
    return this.column('probability');
  }

  column<N extends PlainColumn>(name: N): ArrayOf<(typeof plainColumns)[N]> {
    return this.once(name, () => {
      const column = this.file.column(this.group, name, this.part);
      this.arrays.push(column);
      return column;
    });
  }

  identifiers(): TextColumn {
    return this.once('identifiers', () => {
      const texts = this.file.identifiers(this.group, this.part);
      this.arrays.push(texts.bytes, texts.ends);
      return texts;
    });
  }

  input(feature: number): InputColumn {
    return this.once(feature, () => {
      const input = this.file.input(this.group, feature, this.part);
      this.arrays.push(input.kind === 'number' ? input.values : input.codes);
      return input;
    });
  }

  /** The memory of all columns is used for others from now on: whoever wants to keep values has copied them. */
  release(): void {
    for (const array of this.arrays.splice(0)) giveBack(array);
    this.read.clear();
  }

  private once<T>(key: string | number, read: () => T): T {
    if (!this.read.has(key)) this.read.set(key, read());
    return this.read.get(key) as T;
  }
}

/** The group that holds a row of the file. */
export function groupOf({ groups }: ScoreFile, row: number): number {
  let low = 0;
  let high = groups.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (groups[middle]!.firstRow <= row) low = middle;
    else high = middle - 1;
  }
  return low;
}
