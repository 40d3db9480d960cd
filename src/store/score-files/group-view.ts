/** One group of a score file, each column read once. */
import type { ArrayOf } from './chunks.ts';
import type { PlainColumn, plainColumns } from './encoding.ts';
import type { InputColumn, ScoreFileHeader, TextColumn } from './group.ts';
import type { ScoreFile } from './reader.ts';

export class GroupView {
  readonly header: ScoreFileHeader;
  readonly rowCount: number;
  readonly firstRow: number;
  private readonly file: ScoreFile;
  private readonly group: number;
  private readonly read = new Map<string | number, unknown>();

  constructor(file: ScoreFile, group: number) {
    this.file = file;
    this.group = group;
    this.header = file.header;
    this.rowCount = file.groups[group]!.rowCount;
    this.firstRow = file.groups[group]!.firstRow;
  }

  column<N extends PlainColumn>(name: N): ArrayOf<(typeof plainColumns)[N]> {
    return this.once(name, () => this.file.column(this.group, name));
  }

  identifiers(): TextColumn {
    return this.once('identifiers', () => this.file.identifiers(this.group));
  }

  input(feature: number): InputColumn {
    return this.once(feature, () => this.file.input(this.group, feature));
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
