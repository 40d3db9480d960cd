import { z } from 'zod';
import type { Db } from '../db.ts';
import { isoTimeOf } from '../db/clock.ts';
import { readJson } from './json.ts';
import type { Stored } from './json.ts';
import { Lever } from './levers.ts';
import { repetitions } from './schedule-terms.ts';

const share = z.number().min(0).max(1);
const amount = z.number().min(0);
const days = z.number().int().min(1);

/** When to raise alerts; null or false: never. */
export const AlertTerms = z.object({
  /** How many alerts are sent in seven days at most. */
  perWeek: z.number().int().min(0).default(5),
  /** Shares by which a figure of all customers has to rise. */
  lossUpBy: share.nullable().default(0.1),
  highRiskUpBy: share.nullable().default(0.1),
  modelDays: days.nullable().default(180),
  dataDays: days.nullable().default(35),
  drift: z.boolean().default(true),
  failedRuns: z.boolean().default(true),
  campaigns: z.boolean().default(true),
});
export type AlertTerms = Stored<z.infer<typeof AlertTerms>>;

/** What runs by itself: when, and on whose behalf. */
const scheduledRun = (atTime: string) => ({
  repeats: z.enum(repetitions).default('never'),
  weekday: z.number().int().min(1).max(7).default(1),
  atTime: z.string().default(atTime),
  userId: z.number().int().nullable().default(null),
  /** The next run is at the first time of the schedule after it; null: there is no schedule. */
  scheduledFrom: z.string().nullable().default(null),
});

const Retraining = z.object({
  ...scheduledRun('03:00'),
  /** Of the last run; null: there was none, or it had nothing to learn from. */
  trainingId: z.number().int().nullable().default(null),
  /** The dataset of the last training. */
  datasetId: z.number().int().nullable().default(null),
});
export type Retraining = Stored<z.infer<typeof Retraining>>;

const Rescoring = z.object({
  ...scheduledRun('04:00'),
  /** The file that the last run made; null: there was none, or it had nothing to score. */
  batchId: z.number().int().nullable().default(null),
  /** Why the last run could not score; null: it could. */
  error: z.string().nullable().default(null),
});
export type Rescoring = Stored<z.infer<typeof Rescoring>>;

/** What a drift check found, in words for the page and the alert. */
const DriftFound = z.object({
  modelId: z.number().int(),
  /** The newest scored file at that time. */
  batchId: z.number().int(),
  checkedAt: z.string(),
  customers: z.number().int(),
  /** Null: nothing has changed. */
  severity: z.enum(['severe', 'warning', 'note']).nullable(),
  money: z.number().nullable(),
  detail: z.string(),
});
export type DriftFound = Stored<z.infer<typeof DriftFound>>;

const DriftCheck = z.object({
  ...scheduledRun('05:00'),
  /** Null: there was none, or it had nothing to compare. */
  found: DriftFound.nullable().default(null),
  /** Why the last check failed; null: it did not. */
  error: z.string().nullable().default(null),
});

/** The process that looks into the watched folder, and what is wrong with the folder. */
const Watching = z.object({
  owner: z.string().nullable().default(null),
  /** Another process may take over from then on; null: none has looked yet. */
  until: z.string().nullable().default(null),
  problem: z.string().nullable().default(null),
});

/** The organisation's settings, kept in the database: one entry each, with what it may be and its default. */
const entries = {
  organisation: z.string().default('Your organisation'),
  /** ISO 4217. */
  currency: z.string().default('EUR'),
  /** IANA, such as Europe/Berlin. */
  timeZone: z.string().default('UTC'),
  /** Probability from which a customer counts as medium risk. */
  mediumFrom: share.default(0.3),
  /** Probability from which a customer counts as high risk. */
  highFrom: share.default(0.6),
  /** How many months of revenue a retained customer is worth. */
  valueMonths: amount.default(12),
  /** Share of that revenue that is left after what serving a customer costs, above 0. */
  valueMargin: share.default(1),
  /** What it costs to contact a customer, and what an offer costs that is taken up. */
  contactCost: amount.default(2),
  offerCost: amount.default(20),
  /** Share of contacted customers who would have left and stay, in [0, 1]. */
  saveRate: share.default(0.3),
  /** Shares of customers who are held out, each from a day on, in the order of the days; see domain/campaigns/hold-out.ts. */
  holdOuts: z.array(z.object({ from: z.string(), share })).default([]),
  /** What can be changed for customers; see domain/levers. */
  levers: z.array(Lever).default([]),
  alerts: AlertTerms.prefault({}),
  /** When checks for alerts were last asked for; null: never. */
  alertsCheckedAt: z.string().nullable().default(null),
  retraining: Retraining.prefault({}),
  rescoring: Rescoring.prefault({}),
  driftCheck: DriftCheck.prefault({}),
  /** Whether everybody with a password has to have a second factor. */
  requiresSecondFactor: z.boolean().default(false),
  watching: Watching.prefault({}),
  /** Decides, with the year, who is held out. */
  holdOutSecret: z.string().default(''),
  /** When the first administrator was created; null: not set up yet. */
  setUpAt: z.string().nullable().default(null),
  /** Whether the sample still has to be prepared; see domain/sample/first-start.ts. */
  firstStart: z.enum(['open', 'done']).default('open'),
  /** Names the installation in a store of shared files; empty: it has none. */
  installationId: z.string().default(''),
  /** When the last backup began, and how many files it has; null: never. */
  lastBackup: z.object({ at: z.string(), files: z.number().int() }).nullable().default(null),
};
const schema = z.object(entries);
export type Settings = Stored<z.infer<typeof schema>>;

export const defaultSettings: Settings = schema.parse({});

/** @throws DamagedRecord naming the setting that is not what it may be */
export async function getSettings(db: Db): Promise<Settings> {
  const rows = await db<{ key: string; value: string }>('settings').select('key', 'value');
  const stored = new Map(rows.map(({ key, value }) => [key, value]));
  const read = Object.entries(entries).flatMap(([key, entry]) => {
    const value = stored.get(key);
    return value === undefined ? [] : [[key, readJson(entry, value, `setting ${key}`)]];
  });
  return schema.parse(Object.fromEntries(read));
}

export async function saveSettings(db: Db, change: Partial<Settings>): Promise<void> {
  const updatedAt = await isoTimeOf(db);
  const rows = Object.entries(change).map(([key, value]) => ({
    key,
    value: JSON.stringify(value),
    updated_at: updatedAt,
  }));
  if (rows.length > 0) await db('settings').insert(rows).onConflict('key').merge();
}
