/** What makes a customer a member of a segment, as it is stored: with the segment, and with rules that ask for it. */
import { z } from 'zod';
import { Filter } from './campaigns.ts';
import type { Stored } from './json.ts';
import { askedColumns } from './prediction-filters.ts';

/** A saved filter. */
const FilterPart = Filter.omit({ segment: true }).extend({ kind: z.literal('filter') });

/** One entry a group in `centres` and `shares`. */
export const NearestColumn = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('number'),
    name: z.string(),
    /** log(1 + x) is taken first. */
    isLog: z.boolean(),
    mean: z.number(),
    deviation: z.number(),
    /** In standard deviations. */
    centres: z.array(z.number()),
  }),
  z.object({
    kind: z.literal('level'),
    name: z.string(),
    /** '' where none is known. */
    levels: z.array(z.string()),
    weight: z.number(),
    /** Of each level in the group. */
    shares: z.array(z.array(z.number())),
  }),
]);
export type NearestColumn = Stored<z.infer<typeof NearestColumn>>;

/** Those to whom the middle of this group is nearer than that of any other. */
const NearestPart = z.object({
  kind: z.literal('nearest'),
  /** All groups of one grouping have the same columns. */
  grouping: z.int(),
  place: z.int().min(0),
  columns: z.array(NearestColumn),
});

/** A number scored by fifths; reversed: the least has the score 5. */
export const ScoredFifth = z.object({
  name: z.string(),
  edges: z.array(z.number()),
  isReversed: z.boolean(),
});

export type NearestPart = Stored<z.infer<typeof NearestPart>>;

/** Scores of recency, frequency and spend by fifths, 1 to 5, and which of their combinations belong to the group. */
const FifthsPart = z.object({
  kind: z.literal('fifths'),
  /** In the order recency, frequency, spend. */
  columns: z
    .array(z.object({ name: z.string(), edges: z.array(z.number()), isReversed: z.boolean() }))
    .length(3),
  /** 5 × (score of recency − 1) + (mean of the scores of frequency and spend, rounded up at a half, − 1). */
  cells: z.array(z.int().min(0).max(24)),
});
export type FifthsPart = Stored<z.infer<typeof FifthsPart>>;

/** All parts must hold: a filter saved within another segment has the parts of both. */
export const SegmentPart = z.discriminatedUnion('kind', [FilterPart, NearestPart, FifthsPart]);
export type SegmentPart = Stored<z.infer<typeof SegmentPart>>;

/** Columns that say who is a member. */
export function columnsOfPart(part: SegmentPart): string[] {
  if (part.kind === 'filter') return askedColumns(part).map(({ column }) => column);
  return part.columns.map(({ name }) => name);
}
