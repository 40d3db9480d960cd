/** Rows of a file by bin of what its model learned from (ml/monitoring/), with what they are compared with. */
import { z } from 'zod';
import type { Stored } from './json.ts';

const count = z.number().min(0);
const counted = { name: z.string(), counts: z.array(count), missing: count };
const Range = z.object({ min: z.number(), max: z.number() });

const FeatureReference = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('number'), ...counted, edges: z.array(z.number()), range: Range.nullable() }),
  z.object({ kind: z.literal('level'), ...counted, levels: z.array(z.string()), seenOnce: count }),
]);

const FeatureCounts = z.object({
  counts: z.array(count),
  missing: count,
  fresh: count,
  below: count,
  above: count,
});

/** What was counted of the rows of a file, or of other customers. */
const CountedRows = z.object({
  rowCount: count,
  features: z.array(FeatureCounts),
  /** Mean contribution of each feature, in probability; null: it was not kept for each row. */
  meanReasons: z.array(z.number()).nullable(),
  /** Customers by thousandth of the probability, from 0 to 1. */
  scores: z.array(count),
  /** By hundredth: sums of p, of p · monthly revenue, and of p · its square. */
  probability: z.array(z.number()),
  value: z.array(z.number()),
  squaredValue: z.array(z.number()),
});
export type CountedRows = Stored<z.infer<typeof CountedRows>>;

export const BatchCounts = z.object({
  reference: z.object({
    rowCount: count,
    features: z.array(FeatureReference),
    meanReasons: z.array(z.number()),
  }),
  file: CountedRows,
});
export type BatchCounts = Stored<z.infer<typeof BatchCounts>>;
