/** The JSON columns of a grouping: what was asked for, and what its job found. */
import { z } from 'zod';
import type { Stored } from './json.ts';
import { NearestColumn, ScoredFifth } from './segment-documents.ts';

export const GroupingTerms = z.object({
  /** Null: the customers of the latest scores. */
  datasetId: z.int().nullable(),
  /** Of fifths: recency, frequency, spend. */
  columns: z.array(z.string()),
  seed: z.int().min(0),
});
export type GroupingTerms = Stored<z.infer<typeof GroupingTerms>>;

const count = z.int().min(0);
const Group = z.object({
  name: z.string(),
  count,
  /** Customers of the dataset whose outcome is known, and who left; 0 without a churn label. */
  known: count,
  left: count,
});
export type Group = Stored<z.infer<typeof Group>>;

const Measures = z.object({
  k: z.int().min(1),
  inertia: z.number(),
  silhouette: z.number().nullable(),
  gap: z.object({ value: z.number(), error: z.number() }),
});

export const GroupingFindings = z.object({
  /** Customers looked at, of how many. */
  rows: count,
  total: count,
  notes: z.array(z.string()),
  clusters: z
    .object({
      measures: z.array(Measures),
      choice: z.object({ elbow: count, silhouette: count, gap: count, suggested: count }),
      /** One a number of groups. */
      options: z.array(z.object({ columns: z.array(NearestColumn), groups: z.array(Group) })),
    })
    .nullable(),
  fifths: z
    .object({
      columns: z.array(ScoredFifth),
      groups: z.array(Group.extend({ cells: z.array(z.int()) })),
      /** Customers without one of the three. */
      without: count,
    })
    .nullable(),
});
export type GroupingFindings = Stored<z.infer<typeof GroupingFindings>>;
