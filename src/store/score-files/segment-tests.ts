/** Who is in a segment: tests of batches, of single customers, and of the rows of a group. */
import type { Db } from '../../db.ts';
import { noFilter } from '../prediction-filters.ts';
import type { SegmentPart } from '../segment-documents.ts';
import { findSegment } from '../segments.ts';
import { missingLevel } from './group.ts';
import type { InputColumn, ScoredFeature, TextColumn } from './group.ts';
import type { InputValues } from './inputs.ts';
import { filterTests, readScoreTest } from './row-filter.ts';
import type { RowTest, ScoreTest, TestedRows } from './row-filter.ts';

/** Matches nobody: no probability is 2. */
const nobody: SegmentPart = { ...noFilter, kind: 'filter', low: 2 };

/** A part of a segment with what it asks of probability and level. */
export interface AskedPart {
  readonly part: SegmentPart;
  readonly scores: ScoreTest;
}

/** The parts of the segment that a filter asks for; none: it asks for no segment. One that was removed has no members. */
export async function readSegment(
  db: Db,
  { segment }: { readonly segment: number | null },
): Promise<AskedPart[]> {
  if (segment === null) return [];
  const parts = (await findSegment(db, segment))?.parts ?? [nobody];
  return Promise.all(parts.map(async (part) => ({ part, scores: await readScoreTest(db, part) })));
}

/** False: no row of the batch is in the segment. */
export function mayHaveMembers(
  segment: readonly AskedPart[],
  { id, modelId }: { readonly id: number; readonly modelId: number | null },
): boolean {
  return segment.every(
    ({ part: { batch, source, model } }) =>
      (batch === null || batch === id) &&
      (source === null || source === 'batch') &&
      (model === null || model === modelId),
  );
}

/** One test a part or more; each reads its columns when it is made. */
export function segmentTests(rows: TestedRows, segment: readonly AskedPart[]): (() => RowTest)[] {
  return segment.flatMap(({ part, scores }) => filterTests(rows, part, scores));
}

export interface TestedSingle {
  readonly source: string;
  readonly modelId: number | null;
  readonly customerId: string | null;
  readonly probability: number;
  readonly inputs: InputValues;
}

export function isSingleMember(segment: readonly AskedPart[], single: TestedSingle): boolean {
  const isOfOrigin = segment.every(
    ({ part: { batch, source, model } }) =>
      batch === null &&
      (source === null || source === single.source) &&
      (model === null || model === single.modelId),
  );
  return isOfOrigin && segmentTests(oneRow(single), segment).every((test) => test()(0));
}

/** A single customer as the only row of a group. */
export function oneRow({
  probability,
  customerId,
  inputs,
}: Pick<TestedSingle, 'probability' | 'customerId' | 'inputs'>): TestedRows {
  const cells = Object.entries(inputs);
  return {
    rowCount: 1,
    features: cells.map(([name, value]): ScoredFeature => {
      return { name, type: typeof value === 'number' ? 'number' : 'category', levels: [] };
    }),
    probability: () => Float64Array.of(probability),
    identifiers: () => textOf(customerId ?? ''),
    input: (place) => cellColumn(cells[place]![1]),
  };
}

function textOf(text: string): TextColumn {
  const bytes = Buffer.from(text);
  return { bytes, ends: Uint32Array.of(bytes.length) };
}

function cellColumn(value: InputValues[string]): InputColumn {
  if (typeof value === 'number') return { kind: 'number', values: Float64Array.of(value) };
  return typeof value === 'string'
    ? { kind: 'level', codes: Int32Array.of(0), others: [value] }
    : { kind: 'level', codes: Int32Array.of(missingLevel), others: [] };
}
