/** Score files as bytes: the header once, then a group for each block of the upload. Threads of blocks call it. */
import type { SpareMemory } from '../../spare-memory.ts';
import { encodeChunk } from './chunks.ts';
import type { ColumnArray } from './chunks.ts';
import { reasonsPerRow } from './group.ts';
import type { InputColumn, ScoreFileHeader, ScoreGroup, TextColumn } from './group.ts';

/** Raised when the layout changes: a reader refuses what it does not know. */
export const scoreFormat = 1;

/** The arrays of a group that have a name of their own. */
export const plainColumns = {
  rowNumbers: 'u32',
  offsets: 'f64',
  lengths: 'u32',
  probability: 'f64',
  monthlyValue: 'f64',
  expectedSaving: 'f64',
  actions: 'u16',
  reasonFeatures: 'u16',
  reasonPoints: 'f32',
  noted: 'u8',
} as const;
export type PlainColumn = keyof typeof plainColumns;

/** The names of the arrays of an input: `others` are the texts that are no level. */
export const inputArray = (feature: number): string => `input${feature}`;
export const othersArray = (feature: number): string => `others${feature}`;
export const textArrays = (name: string): { readonly bytes: string; readonly ends: string } => ({
  bytes: `${name}.bytes`,
  ends: `${name}.ends`,
});

export function encodeHeader({ features, actions }: ScoreFileHeader): Buffer {
  const kept = features.map(({ name, type, levels }) => ({ name, type, levels }));
  return encodeChunk({ kind: 'scores', format: scoreFormat, features: kept, actions }, {});
}

/** @throws RangeError where a column has not an entry for each row */
export function encodeGroup(group: ScoreGroup, spare?: SpareMemory): Buffer {
  const arrays: Record<string, ColumnArray> = {};
  checkLengths(group);
  for (const name of Object.keys(plainColumns) as PlainColumn[]) arrays[name] = group[name];
  addText(arrays, 'identifiers', group.identifiers);
  group.inputs.forEach((input, feature) => {
    addInput(arrays, input, feature);
  });
  return encodeChunk({ kind: 'group', rowCount: group.rowCount }, arrays, spare);
}

function checkLengths(group: ScoreGroup): void {
  const check = (name: string, length: number, perRow = 1): void => {
    if (length !== group.rowCount * perRow)
      throw new RangeError(`column '${name}' has ${length} entries for ${group.rowCount} rows`);
  };
  for (const name of Object.keys(plainColumns) as PlainColumn[])
    check(name, group[name].length, name.startsWith('reason') ? reasonsPerRow : 1);
  check('identifiers', group.identifiers.ends.length);
  group.inputs.forEach((input, feature) => {
    check(inputArray(feature), (input.kind === 'number' ? input.values : input.codes).length);
  });
}

function addText(arrays: Record<string, ColumnArray>, name: string, { bytes, ends }: TextColumn): void {
  const names = textArrays(name);
  arrays[names.bytes] = bytes.subarray(0, ends.at(-1) ?? 0);
  arrays[names.ends] = ends;
}

function addInput(arrays: Record<string, ColumnArray>, input: InputColumn, feature: number): void {
  if (input.kind === 'number') {
    arrays[inputArray(feature)] = input.values;
    return;
  }
  arrays[inputArray(feature)] = narrowCodes(input.codes);
  if (input.others.length > 0) addText(arrays, othersArray(feature), textColumn(input.others));
}

/** The codes, each raised by one so that MISSING is 0, in the fewest bytes that hold them. */
function narrowCodes(codes: Int32Array): Uint8Array | Uint16Array | Uint32Array {
  let highest = 0;
  for (const code of codes) if (code >= highest) highest = code + 1;
  const narrow =
    highest < 2 ** 8
      ? new Uint8Array(codes.length)
      : highest < 2 ** 16
        ? new Uint16Array(codes.length)
        : new Uint32Array(codes.length);
  for (let i = 0; i < codes.length; i++) narrow[i] = codes[i]! + 1;
  return narrow;
}

export function textColumn(texts: readonly string[]): TextColumn {
  const parts = texts.map((text) => Buffer.from(text));
  const ends = new Uint32Array(texts.length);
  let end = 0;
  parts.forEach((part, i) => {
    ends[i] = end += part.length;
  });
  return { bytes: Buffer.concat(parts), ends };
}

export function textAt({ bytes, ends }: TextColumn, i: number): string {
  const from = i === 0 ? 0 : ends[i - 1]!;
  return Buffer.from(bytes.buffer, bytes.byteOffset + from, ends[i]! - from).toString();
}
