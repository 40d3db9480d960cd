/** Which customers a list or a campaign is about: the filters in an address or a form. */
import { z } from 'zod';
import type { Db } from '../db.ts';
import { riskLevels } from '../domain/risk/levels.ts';
import { optionalId, parseFields } from '../http/validate.ts';
import { largestNumber } from '../ml/data/values.ts';
import { listBatches } from '../store/batches.ts';
import type { CampaignFilter } from '../store/campaigns.ts';
import { levelsThere } from '../store/prediction-filters.ts';
import { listModels } from '../store/models.ts';
import { listSegments } from '../store/segments.ts';

const optionalNumber = z
  .union([z.literal(''), z.coerce.number().min(-largestNumber).max(largestNumber)])
  .default('');
const optionalShare = z.union([z.literal(''), z.coerce.number().min(0).max(1)]).default('');
const text = z.string().max(200).default('');

/** Fields of a schema: '' is not asked. */
export const filterFields = {
  batch: optionalId,
  risk: z.enum(['', ...riskLevels]).default(''),
  source: z.enum(['', 'form', 'batch', 'api']).default(''),
  model: optionalId,
  search: text,
  column: text,
  level: text,
  from: optionalNumber,
  to: optionalNumber,
  column2: text,
  level2: text,
  from2: optionalNumber,
  to2: optionalNumber,
  low: optionalShare,
  high: optionalShare,
  segment: optionalId,
  /** A file, and what the customers were in it; one without the other asks nothing. */
  compared: optionalId,
  there: z.enum(['', ...levelsThere]).default(''),
};

export const FilterQuery = z.object(filterFields);
export type FilterQuery = z.infer<typeof FilterQuery>;

const mostNamed = 50;

/** The files, models and segments that a filter can name. */
export async function readFilterNames(db: Db) {
  return {
    batches: await listBatches(db, mostNamed),
    models: await listModels(db),
    segments: await listSegments(db),
  };
}

/** The files whose scores can be chosen. */
export async function listScoredFiles(db: Db) {
  return (await listBatches(db, mostNamed)).filter((batch) => batch.scoredCount > 0);
}

/** Of a form that may have other fields too. @throws Unprocessable */
export function readFilter(body: unknown): CampaignFilter {
  return toFilter(parseFields(FilterQuery, body));
}

/** Of all populations: `withinPopulation` adds one. */
export function toFilter(query: FilterQuery): CampaignFilter {
  const orNull = <T>(value: T | ''): T | null => (value === '' ? null : value);
  return {
    batch: orNull(query.batch),
    risk: orNull(query.risk),
    source: orNull(query.source),
    model: orNull(query.model),
    search: orNull(query.search),
    column: orNull(query.column),
    // A column without anything else: those whose value is not known.
    level: query.column && query.from === '' && query.to === '' ? query.level : orNull(query.level),
    from: orNull(query.from),
    to: orNull(query.to),
    column2: orNull(query.column2),
    level2: query.column2 && query.from2 === '' && query.to2 === '' ? query.level2 : orNull(query.level2),
    from2: orNull(query.from2),
    to2: orNull(query.to2),
    low: orNull(query.low),
    high: orNull(query.high),
    segment: orNull(query.segment),
    ...(query.compared !== '' && query.there !== ''
      ? { compared: query.compared, there: query.there }
      : { compared: null, there: null }),
  };
}
