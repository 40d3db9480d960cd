/** The JSON columns of a dataset. Defaults are for what datasets of earlier versions do not have. */
import { z } from 'zod';
import type { DataIssue } from '../ml/checks/data-checks.ts';
import type { Stored } from './json.ts';

const count = z.int().min(0);
const limit = z.number().nullable().default(null);

/** A column as an analyst confirmed it. */
export const DatasetColumn = z.object({
  name: z.string(),
  type: z.enum(['number', 'category', 'boolean', 'date', 'text']),
  role: z.enum(['feature', 'label', 'identifier', 'value', 'ignored']),
  distinct: count,
  missing: count,
  /** Categories and booleans, most frequent first; otherwise empty. */
  levels: z.array(z.string()).default([]),
  title: z.string().exactOptional(),
  unit: z.string().exactOptional(),
  actionable: z.boolean().exactOptional(),
  allowed: z.object({ min: limit, max: limit }).exactOptional(),
  policy: z
    .object({
      missing: z.enum(['use', 'typical', 'refuse']),
      unseen: z.enum(['use', 'missing', 'refuse']),
      outOfRange: z.enum(['use', 'clip', 'refuse']),
    })
    .exactOptional(),
});
export type DatasetColumn = Stored<z.infer<typeof DatasetColumn>>;

const ProfileGroup = z.object({
  name: z.string(),
  /** Of numbers and dates: least and greatest value of the group. */
  from: z.number().exactOptional(),
  to: z.number().exactOptional(),
  count,
  rate: z.number().nullable(),
  alsoWritten: z.array(z.string()).exactOptional(),
});

const ColumnProfile = z.looseObject({
  name: z.string(),
  missing: count,
  distinct: count,
  numbers: z
    .object({
      min: z.number(),
      q1: z.number(),
      median: z.number(),
      q3: z.number(),
      max: z.number(),
      mean: z.number(),
    })
    .nullable(),
  groups: z.array(ProfileGroup).default([]),
  association: z.number().nullable().default(null),
});

/** `horizons` and `comparison` are the domain's, which adds them to the profile. */
export const StoredProfile = z.looseObject({
  rows: count.default(0),
  positiveRate: z.number().nullable().default(null),
  undecided: count.default(0),
  duplicateRows: count.default(0),
  columns: z.array(ColumnProfile).default([]),
  matrix: z
    .object({ names: z.array(z.string()), values: z.array(z.number()) })
    .nullable()
    .default(null),
  issues: z.array(z.custom<DataIssue>(isIssue, 'expected what was found and what to do')).default([]),
});
export type StoredProfile = Stored<z.infer<typeof StoredProfile>>;

function isIssue(value: unknown): boolean {
  const { kind, message, fix } = z
    .object({ kind: z.string(), message: z.string(), fix: z.string() })
    .partial()
    .catch({})
    .parse(value);
  return kind !== undefined && message !== undefined && fix !== undefined;
}
