/** The JSON columns of a batch. Defaults are for what batches of earlier versions do not have. */
import { z } from 'zod';
import type { Stored } from './json.ts';
import { outcomeProblems } from './outcomes.ts';
import { StoredRule } from './retention-rules.ts';

const delimiters = [',', ';', '\t', '|'] as const;
const Decimal = z.enum(['.', ',']);
const Encoding = z.enum(['utf-8', 'utf-16le', 'utf-16be', 'windows-1252']);
const FirstLine = z.enum(['names', 'data']);
const sheet = z.int().min(0);

/** How a table is to be read, as far as a person chose it; everything else is detected. */
const ReadingChoice = z.object({
  /** The place of a workbook's sheet, from 0. */
  sheet: sheet.exactOptional(),
  firstLine: FirstLine.exactOptional(),
  /** ' ': runs of spaces. */
  delimiter: z.enum([...delimiters, ' ']).exactOptional(),
  decimal: Decimal.exactOptional(),
  /** Ignored where the file has a byte order mark, which says it. */
  encoding: Encoding.exactOptional(),
});
export type ReadingChoice = Stored<z.infer<typeof ReadingChoice>>;

export const CsvFormat = z.object({
  delimiter: z.enum(delimiters).default(','),
  decimal: Decimal.default('.'),
  encoding: Encoding.default('utf-8'),
  /** What a person should know about the file as a whole. */
  notes: z.array(z.string()).default([]),
  /** Those of the notes that are not about how the file was read; missing in older batches. */
  remarks: z.array(z.string()).exactOptional(),
  firstLine: FirstLine.exactOptional(),
  /** Runs of spaces were replaced by the delimiter. */
  isSpaced: z.boolean().exactOptional(),
  source: z.enum(['csv', 'xlsx', 'parquet']).exactOptional(),
  /** Of a workbook: the sheet that was read, and the names of all. */
  sheet: z.object({ index: sheet, names: z.array(z.string()) }).exactOptional(),
  chosen: ReadingChoice.exactOptional(),
});
export type CsvFormat = Stored<z.infer<typeof CsvFormat>>;

export const Header = z.array(z.string());

const place = z.int().min(0).nullable();

const LevelMeanings = z.object({
  /** The feature's place in the schema, and its name. */
  place: z.int().min(0),
  feature: z.string(),
  /** Folded text of the file → the model's level. */
  meanings: z.record(z.string(), z.string()),
});
export type LevelMeanings = Stored<z.infer<typeof LevelMeanings>>;

/** The column that says what became of customers since their earlier score. */
const OutcomeColumn = z.object({
  place: z.int().min(0),
  /** The column of the day; null: that of the upload. */
  day: place,
  /** What stands there, in lower case. */
  left: z.array(z.string()),
  stayed: z.array(z.string()),
});
export type OutcomeColumn = Stored<z.infer<typeof OutcomeColumn>>;

/** Which column of a file is which feature of a model. */
export const ColumnMapping = z.object({
  /** One a feature, in the schema's order: the column's place in the header, or null where the file has none. */
  features: z.array(place),
  identifier: place.default(null),
  value: place.default(null),
  /** What levels of the file mean where the model calls them otherwise; fixed when a batch is checked. */
  levels: z.array(LevelMeanings).exactOptional(),
  outcome: OutcomeColumn.exactOptional(),
});
export type ColumnMapping = Stored<z.infer<typeof ColumnMapping>>;

const count = z.int().min(0);

/** What became of the outcomes of a batch. Without a problem all were recorded, otherwise none. */
export const OutcomeReport = z.object({
  recorded: count,
  /** Recorded before in the same words. */
  knownBefore: count,
  /** Rows that say nothing. */
  blank: count,
  /** Of customers without an earlier score. */
  others: count,
  /** From before the customer's earlier score. */
  early: count,
  problemCount: count,
  /** The first of them. They do not say what stands in the row, which may name a customer. */
  problems: z.array(z.object({ row: count, kind: z.enum(outcomeProblems) })),
});
export type OutcomeReport = Stored<z.infer<typeof OutcomeReport>>;

/** Rows that share a cause. */
const CheckGroup = z.object({
  /** `refused-level` lists the levels among the problems once more, one by one. */
  kind: z.enum(['problem', 'refused-level', 'renamed', 'missing', 'unseen', 'out-of-range', 'duplicate']),
  column: z.string(),
  /** What it is about: a level of the file, which limit a number is beyond, or what was expected. */
  detail: z.string(),
  /** What is scored in its place; empty: as if the cell were blank. */
  used: z.string().exactOptional(),
  /** Problems: a few of the texts that were found. */
  found: z.array(z.string()).exactOptional(),
  count,
  /** Spreadsheet rows of the first few. */
  rows: z.array(count),
});
export type CheckGroup = Stored<z.infer<typeof CheckGroup>>;

/** What the check of a file found. */
export const CheckReport = z.object({
  rowCount: count,
  rejectedCount: count,
  notedCount: count.default(0),
  groups: z.array(CheckGroup).default([]),
  /** The first rows that cannot be scored. */
  problems: z
    .array(z.object({ row: count, column: z.string(), found: z.string(), expected: z.string() }))
    .default([]),
});
export type CheckReport = Stored<z.infer<typeof CheckReport>>;

/** What a score depends on beside the model, as it was when the scoring began. */
export const FrozenRules = z.object({
  mediumFrom: z.number(),
  highFrom: z.number(),
  valueMonths: z.number().default(12),
  valueMargin: z.number().default(1),
  rules: z.array(StoredRule).default([]),
  /** What was done for customers later does not count; missing where no rule asks for it. */
  pastAt: z.string().exactOptional(),
  /** Of the rules; missing in older batches. */
  rulesVersion: z.int().exactOptional(),
  /** The model's; missing in older batches. */
  threshold: z.number().exactOptional(),
});
export type FrozenRules = Stored<z.infer<typeof FrozenRules>>;

/** Where scoring goes on after a restart. */
export const Checkpoint = z.object({
  position: z.object({
    /** Byte offset of the next record. */
    offset: count,
    /** Records read before it, the header and blank lines included. */
    records: count,
  }),
  scoredBytes: count,
  rejectedBytes: count,
  /** Whose folders have the results so far, where machines share files; '': nobody's. */
  machine: z.string().optional(),
});
export type Checkpoint = Stored<z.infer<typeof Checkpoint>>;
