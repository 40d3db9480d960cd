/**
 * Score files as bytes: the header once, then a group for each block of the upload. Threads of blocks call it. What can be
 * computed from other columns is not stored, and the others in as few bytes as hold their values (narrow.ts); `stored.ts`
 * is the way back.
 */
import type { SpareMemory } from '../../spare-memory.ts';
import { encodeChunk } from './chunks.ts';
import type { ColumnArray } from './chunks.ts';
import { reasonsPerRow } from './group.ts';
import type { InputColumn, ScoreFileHeader, ScoreGroup, TextColumn } from './group.ts';
import { hundredthsOf, isConsecutive, isSame, narrowed, relativeToFirst } from './narrow.ts';

/** Raised when the layout changes: a reader refuses what it does not know. */
export const scoreFormat = 2;

/** The columns that have a name of their own, as they are read. */
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

/** What a group says beside its arrays. */
export interface GroupMeta {
  readonly kind: 'group';
  readonly rowCount: number;
  /** The row numbers are those from here on, and are not stored. */
  readonly firstRowNumber?: number;
  /** Offsets are stored as `u32` from here on. */
  readonly firstOffset?: number;
  /** The feature whose numbers are the monthly values, which are not stored. */
  readonly monthlyFeature?: number;
}

/** @throws RangeError where a column has not an entry for each row */
export function encodeGroup(group: ScoreGroup, spare?: SpareMemory): Buffer {
  checkLengths(group);
  const offsets = relativeToFirst(group.offsets);
  const meta = metaOf(group, offsets !== null);
  const { probability, expectedSaving, actions, reasonPoints } = group;
  const arrays: Record<string, ColumnArray> = { probability, expectedSaving, actions, reasonPoints };
  arrays['offsets'] = offsets ?? group.offsets;
  if (meta.firstRowNumber === undefined) arrays['rowNumbers'] = group.rowNumbers;
  if (meta.monthlyFeature === undefined) arrays['monthlyValue'] = group.monthlyValue;
  arrays['lengths'] = narrowed(asSigned(group.lengths), 0);
  arrays['reasonFeatures'] = fewFeatures(group) ? new Uint8Array(group.reasonFeatures) : group.reasonFeatures;
  if (group.noted.includes(1)) arrays['noted'] = group.noted;
  addText(arrays, 'identifiers', group.identifiers);
  group.inputs.forEach((input, feature) => {
    addInput(arrays, input, feature);
  });
  return encodeChunk(meta, arrays, spare);
}

function metaOf(
  { rowCount, rowNumbers, offsets, monthlyValue, inputs }: ScoreGroup,
  isRelative: boolean,
): GroupMeta {
  const monthlyFeature = inputs.findIndex(
    (input) => input.kind === 'number' && isSame(input.values, monthlyValue),
  );
  return {
    ...{ kind: 'group', rowCount },
    ...(rowCount > 0 && isConsecutive(rowNumbers) && { firstRowNumber: rowNumbers[0]! }),
    ...(isRelative && { firstOffset: offsets[0]! }),
    ...(monthlyFeature >= 0 && { monthlyFeature }),
  };
}

/** Their places fit in a byte, where 255 is `noReason`. */
function fewFeatures({ inputs }: ScoreGroup): boolean {
  return inputs.length < 0xff;
}

/** No record has 2³¹ bytes. */
function asSigned({ buffer, byteOffset, length }: Uint32Array): Int32Array {
  return new Int32Array(buffer, byteOffset, length);
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
    const hundredths = hundredthsOf(input.values);
    arrays[inputArray(feature)] = hundredths === null ? input.values : narrowed(hundredths, 1);
    return;
  }
  arrays[inputArray(feature)] = narrowed(input.codes, 1);
  if (input.others.length > 0) addText(arrays, othersArray(feature), textColumn(input.others));
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
