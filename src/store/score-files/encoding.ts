/**
 * Score files as bytes: the header once, then a group for each block of the upload. Threads of blocks call it. What can be
 * computed from other columns is not stored, and the others in as few bytes as hold their values (narrow.ts); `stored.ts`
 * is the way back.
 */
import type { SpareMemory } from '../../spare-memory.ts';
import { encodeChunk } from './chunks.ts';
import type { ColumnArray, NamedArrays } from './chunks.ts';
import { reasonsPerRow } from './group.ts';
import type {
  InputColumn,
  RowColumns,
  ScoreColumns,
  ScoreFileHeader,
  ScoreGroup,
  TextColumn,
} from './group.ts';
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

/** Columns of rows as files hold them; a score file has the scores beside them. */
export interface EncodedRows {
  readonly meta: GroupMeta;
  readonly arrays: NamedArrays;
  readonly featureCount: number;
}

export function encodeGroup(group: ScoreGroup, spare?: SpareMemory): Buffer {
  return encodeScores(encodeRows(group), group, spare);
}

/** @throws RangeError where a column has not an entry for each row */
export function encodeRows(rows: RowColumns): EncodedRows {
  checkRows(rows);
  const offsets = relativeToFirst(rows.offsets);
  const meta = metaOf(rows, offsets !== null);
  const arrays: Record<string, ColumnArray> = { offsets: offsets ?? rows.offsets };
  if (meta.firstRowNumber === undefined) arrays['rowNumbers'] = rows.rowNumbers;
  if (meta.monthlyFeature === undefined) arrays['monthlyValue'] = rows.monthlyValue;
  arrays['lengths'] = narrowed(asSigned(rows.lengths), 0);
  if (rows.noted.includes(1)) arrays['noted'] = rows.noted;
  addText(arrays, 'identifiers', rows.identifiers);
  rows.inputs.forEach((input, feature) => {
    addInput(arrays, input, feature);
  });
  return { meta, arrays, featureCount: rows.inputs.length };
}

/** A group of a score file. @throws RangeError where there is not an entry for each row */
export function encodeScores(rows: EncodedRows, scores: ScoreColumns, spare?: SpareMemory): Buffer {
  checkScores(scores, rows.meta.rowCount);
  const { probability, expectedSaving, actions, reasonPoints, reasonFeatures } = scores;
  const features = rows.featureCount < fewFeatures ? new Uint8Array(reasonFeatures) : reasonFeatures;
  const own = { probability, expectedSaving, actions, reasonPoints, reasonFeatures: features };
  return encodeChunk(rows.meta, { ...own, ...rows.arrays }, spare);
}

/** The places of fewer features fit in a byte, where 255 is `noReason`. */
const fewFeatures = 0xff;

function metaOf(
  { rowCount, rowNumbers, offsets, monthlyValue, inputs }: RowColumns,
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

/** No record has 2³¹ bytes. */
function asSigned({ buffer, byteOffset, length }: Uint32Array): Int32Array {
  return new Int32Array(buffer, byteOffset, length);
}

function checkRows(rows: RowColumns): void {
  const { rowCount, identifiers, inputs } = rows;
  for (const name of ['rowNumbers', 'offsets', 'lengths', 'monthlyValue', 'noted'] as const)
    checkLength(name, rows[name].length, rowCount);
  checkLength('identifiers', identifiers.ends.length, rowCount);
  inputs.forEach((input, feature) => {
    checkLength(inputArray(feature), (input.kind === 'number' ? input.values : input.codes).length, rowCount);
  });
}

function checkScores(scores: ScoreColumns, rowCount: number): void {
  for (const name of ['probability', 'expectedSaving', 'actions'] as const)
    checkLength(name, scores[name].length, rowCount);
  for (const name of ['reasonFeatures', 'reasonPoints'] as const)
    checkLength(name, scores[name].length, rowCount, reasonsPerRow);
}

function checkLength(name: string, length: number, rowCount: number, perRow = 1): void {
  if (length !== rowCount * perRow)
    throw new RangeError(`column '${name}' has ${length} entries for ${rowCount} rows`);
}

export function addText(
  arrays: Record<string, ColumnArray>,
  name: string,
  { bytes, ends }: TextColumn,
): void {
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
