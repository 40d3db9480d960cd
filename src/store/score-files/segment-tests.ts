/** Who is in a segment: tests of batches, of single customers, and of the rows of a group. */
import { noFilter } from '../prediction-filters.ts';
import type { PredictionFilter } from '../prediction-filters.ts';
import type { SegmentPart } from '../segment-documents.ts';
import { findSegment, listSegments } from '../segments.ts';
import type { Segment } from '../segments.ts';
import type { GroupView } from './group-view.ts';
import { missingLevel } from './group.ts';
import type { InputColumn, ScoredFeature, TextColumn } from './group.ts';
import type { InputValues } from './inputs.ts';
import { fifthsTest, nearestTest } from './nearest-test.ts';
import { hasMoved, moveTests, readMoveTest } from './other-scores.ts';
import type { MoveTest } from './other-scores.ts';
import { filterTests, readScoreTest } from './row-filter.ts';
import type { RowTest, ScoreTest, TestedRows } from './row-filter.ts';
import type { ScoredBatch, ScoreStore } from './store.ts';

/** Matches nobody: no probability is 2. */
const nobody: SegmentPart = { ...noFilter, kind: 'filter', low: 2 };

/** A part of a segment with what it asks of probability and level. */
export interface AskedPart {
  readonly part: SegmentPart;
  readonly scores: ScoreTest;
  /** What it asks of another file; null: nothing. */
  readonly move: MoveTest | null;
}

/** The parts of the segment that a filter asks for; none: it asks for no segment. One that was removed has no members. */
export async function readSegment(
  store: ScoreStore,
  { segment }: { readonly segment: number | null },
): Promise<AskedPart[]> {
  if (segment === null) return [];
  const parts = (await findSegment(store.db, segment))?.parts ?? [nobody];
  return Promise.all(
    parts.map(async (part) => {
      const filter = filterOf(part);
      const scores = await readScoreTest(store.db, filter);
      return { part, scores, move: await readMoveTest(store, filter) };
    }),
  );
}

/** Computed groups ask nothing of probability and level. */
function filterOf(part: SegmentPart): PredictionFilter {
  return part.kind === 'filter' ? { ...noFilter, ...part } : noFilter;
}

/** False: no row of the batch is in the segment. */
export function mayHaveMembers(
  segment: readonly AskedPart[],
  { id, modelId }: { readonly id: number; readonly modelId: number | null },
): boolean {
  return segment.every(({ part }) => isOfOrigin(part, { batch: id, source: 'batch', model: modelId }));
}

interface Origin {
  /** Null: of no file. */
  readonly batch: number | null;
  readonly source: string;
  readonly model: number | null;
}

function isOfOrigin(part: SegmentPart, { batch, source, model }: Origin): boolean {
  if (part.kind !== 'filter') return true;
  return (
    (part.batch === null || part.batch === batch) &&
    (part.source === null || part.source === source) &&
    (part.model === null || part.model === model)
  );
}

/** Of rows of a batch. One test a part or more; each reads its columns when it is made. */
export function memberTests(
  view: GroupView,
  batch: ScoredBatch,
  segment: readonly AskedPart[],
): (() => RowTest)[] {
  return [...segmentTests(view, segment), ...segment.flatMap(({ move }) => moveTests(view, batch, move))];
}

/** Whatever the customers were in other files. */
export function segmentTests(
  rows: TestedRows,
  segment: readonly Omit<AskedPart, 'move'>[],
): (() => RowTest)[] {
  return segment.flatMap(({ part, scores }) => partTests(rows, part, scores));
}

function partTests(rows: TestedRows, part: SegmentPart, scores: ScoreTest): (() => RowTest)[] {
  switch (part.kind) {
    case 'filter':
      return filterTests(rows, part, scores);
    case 'nearest':
      return [() => nearestTest(rows, part)];
    case 'fifths':
      return [() => fifthsTest(rows, part)];
  }
}

/** `TestedSingle`, of a file or not. */
interface TestedScore extends TestedSingle {
  /** Null: of no file. */
  readonly batchId: number | null;
}

export interface TestedSingle {
  readonly source: string;
  readonly modelId: number | null;
  readonly customerId: string | null;
  readonly probability: number;
  readonly inputs: InputValues;
}

/** The segments that a score is in. Of a file or not: segments ask nothing of other files. */
export async function listSegmentsWith(store: ScoreStore, score: TestedScore): Promise<Segment[]> {
  const origin = { batch: score.batchId, source: score.source, model: score.modelId };
  const found: Segment[] = [];
  for (const segment of await listSegments(store.db)) {
    const parts = await readSegment(store, { segment: segment.id });
    const tests = segmentTests(oneRow(score), parts);
    if (parts.every(({ part }) => isOfOrigin(part, origin)) && tests.every((test) => test()(0)))
      found.push(segment);
  }
  return found;
}

export function isSingleMember(segment: readonly AskedPart[], single: TestedSingle): boolean {
  const origin = { batch: null, source: single.source, model: single.modelId };
  if (!segment.every(({ part }) => isOfOrigin(part, origin))) return false;
  return (
    segmentTests(oneRow(single), segment).every((test) => test()(0)) &&
    segment.every(({ move }) => hasMoved(move, single))
  );
}

/** A single customer as the only row of a group. */
export function oneRow({
  probability,
  customerId,
  inputs,
}: Pick<TestedSingle, 'probability' | 'customerId' | 'inputs'>): TestedRows {
  const cells = Object.entries(inputs);
  return {
    key: null,
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
