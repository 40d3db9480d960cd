/** The list of scored customers, its CSV, and one customer's score with reasons and actions. */
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Context } from '../context.ts';
import type { Db } from '../db.ts';
import { foldName } from '../domain/csv/column-names.ts';
import { isSameValue } from '../domain/scoring/cell-values.ts';
import type { CustomerRecord, CustomerScore } from '../domain/scoring/customer-record.ts';
import { currentPopulation, withinPopulation } from '../domain/analytics/population.ts';
import { customersCsvHeader } from '../domain/scoring/customers-csv.ts';
import { DamagedScores, Unavailable } from '../errors.ts';
import { flash } from '../http/flash.ts';
import { sendCsvParts } from '../http/csv.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { parseQuery, scoreId, scoreIdParam } from '../http/validate.ts';
import { presentCustomer } from '../presenters/customer.ts';
import type { CustomerData } from '../presenters/customer.ts';
import type { InputChange } from '../presenters/customer-comparison.ts';
import { presentCustomers } from '../presenters/customers.ts';
import type { CustomersData } from '../presenters/customers.ts';
import { presentViewMenu } from '../presenters/saved-view.ts';
import { findByEarlierId } from '../store/earlier-scores.ts';
import { listMemberships } from '../store/campaign-members.ts';
import { harmOf, listHarmed, raisingReason } from '../domain/campaigns/harm.ts';
import { doNotContactAmong, withoutContact } from '../domain/campaigns/do-not-contact.ts';
import { withSetLevels } from '../domain/risk/set-levels.ts';
import { listActionsOf } from '../store/actions.ts';
import { listOutcomes } from '../store/outcomes.ts';
import { findModel, listArchivedModels, listModels } from '../store/models.ts';
import { listUnreadableMatches } from '../store/score-files/scan.ts';
import { sortKeys } from '../store/score-files/sort.ts';
import type { PredictionSort } from '../store/score-files/sort.ts';
import { hasPredictions } from '../store/score-files/usage.ts';
import { listSegments } from '../store/segments.ts';
import type { PredictionFilter } from '../store/prediction-filters.ts';
import { countSetLevels, listSetLevelsOf, setLevelsAmong } from '../store/set-levels.ts';
import { getSettings } from '../store/settings.ts';
import { filterFields, listScoredFiles, toFilter } from './customer-filter.ts';
import { readViewMenu } from './saved-view-menu.ts';
import type { WithViewMenu } from './saved-view-menu.ts';

declare module '../http/render.ts' {
  interface Pages {
    'customers/list': PageData & ReturnType<typeof presentCustomers> & WithViewMenu;
    'customers/show': PageData & ReturnType<typeof presentCustomer>;
  }
}

const ListQuery = z.object({
  ...filterFields,
  sort: z.enum(sortKeys).default('probability'),
  order: z.enum(['asc', 'desc']).default('desc'),
  page: z.coerce.number().int().min(1).max(10_000_000).default(1),
  size: z.coerce.number().int().min(10).max(200).default(50),
});

type ListQuery = z.infer<typeof ListQuery>;

/** All groups of a file are read for each part, in whatever order the list is. */
const rowsPerPart = 50_000;
/** Of a download: few enough to be there at once. */
const firstRows = 1_000;

export function createCustomerHandlers({ db, tasks }: Context) {
  const readList = async (query: ListQuery): Promise<CustomersData> => {
    const population = await currentPopulation(db);
    const filter = withinPopulation({ ...toFilter(query), population: null }, population);
    const sort = { key: query.sort, descending: query.order === 'desc' };
    const list = { filter, sort, page: query.page, size: query.size };
    const { predictions, total, page, pages } = await tasks.run('pageOfPredictions', list);
    const models = await listModels(db);
    const controls = await doNotContactAmong(
      db,
      predictions.map(({ customerId }) => customerId),
    );
    return {
      predictions: await withSetLevels(
        db,
        predictions.map((one) => withoutContact(one, controls)),
      ),
      setLevelCount: await countSetLevels(db),
      unreadable: await listUnreadableMatches(db, filter),
      total,
      page,
      pages,
      query,
      batches: await listScoredFiles(db),
      models,
      segments: await listSegments(db),
      scoredBy: [...models, ...(await listArchivedModels(db))],
      isEmpty: total === 0 && !(await hasPredictions(db)),
      leftOut: filter.population === null ? [] : population.leftOut,
    };
  };

  /** What is stored, where the rest cannot be computed in time. */
  const readDetails = async (record: CustomerRecord): Promise<CustomerData['details']> => {
    if (record.batchId === null) return record.details;
    return (await nullIfLate(tasks.run('computeDetails', { score: record }))) ?? record.details;
  };

  /** A what-if does not follow the customer's other scores. */
  const readChange = async (score: CustomerScore): Promise<CustomerData['change']> =>
    score.customerId === null || score.source === 'what-if'
      ? undefined
      : nullIfLate(tasks.run('explainChange', { score }));

  const readHistory = async ({ customerId }: CustomerScore): Promise<CustomerData['history']> =>
    customerId === null ? [] : tasks.run('listHistory', { customerId, limit: 20 });

  const readCustomer = async (id: number, comparedId: number | null): Promise<CustomerData> => {
    const prediction = await tasks.run('getCustomerRecord', { id });
    const compared = comparedId === null ? null : await tasks.run('findScore', { id: comparedId });
    const settings = await getSettings(db);
    return {
      prediction,
      details: await readDetails(prediction),
      model: prediction.modelId === null ? undefined : await findModel(db, prediction.modelId),
      original: compared
        ? {
            prediction: compared,
            baseline: await tasks.run('baselineOf', { whatIf: prediction, original: compared }),
          }
        : null,
      changes: compared ? changedInputs(compared.inputs, prediction.inputs) : [],
      change: await readChange(prediction),
      history: await readHistory(prediction),
      actions: prediction.customerId === null ? [] : await listActionsOf(db, prediction.customerId),
      campaigns: prediction.customerId === null ? [] : await listMemberships(db, prediction.customerId),
      mustNotContact: (await doNotContactAmong(db, [prediction.customerId])).size > 0,
      outcomes: prediction.customerId === null ? [] : await listOutcomes(db, [prediction.customerId]),
      setLevels: prediction.customerId === null ? [] : await listSetLevelsOf(db, prediction.customerId),
      setLevel: (await setLevelsAmong(db, [prediction.customerId])).get(prediction.customerId ?? '') ?? null,
      harm: harmOf(await listHarmed(db), prediction.riskLevel, raisingReason(prediction.reasons)),
      settings,
      segments: await nullIfLate(tasks.run('listSegmentsWith', { score: prediction })),
      past: await nullIfLate(tasks.run('findPastCustomers', { prediction })),
      alternatives: await nullIfLate(tasks.run('findAlternatives', { prediction, settings })),
    };
  };

  return {
    list: async (req: Request, res: Response) => {
      const { data: query, noted } = parseQuery(ListQuery, req.query);
      const data = await readList(query);
      if (noted || data.page !== query.page)
        flash(req, 'notice', 'Part of the address was not recognised and was ignored.');
      const title = data.page > 1 ? `Customers, page ${data.page} of ${data.pages}` : 'Customers';
      const menu = await readViewMenu(db, req, '/customers', query);
      await render(res, 'customers/list', (h) => ({
        title,
        ...presentCustomers(h, data),
        savedViews: presentViewMenu(h, menu),
      }));
    },

    download: async (req: Request, res: Response) => {
      const { data: query } = parseQuery(ListQuery, req.query);
      const name = ['churn-scores', new Date().toISOString().slice(0, 10), query.risk && `${query.risk}-risk`]
        .filter(Boolean)
        .join('_');
      const filter = withinPopulation({ ...toFilter(query), population: null }, await currentPopulation(db));
      const sort = { key: query.sort, descending: query.order === 'desc' };
      const list = { filter, sort };
      // Before the answer begins, so that a damaged file can still be said.
      const first = await tasks.run('firstCustomersCsv', { ...list, limit: firstRows });
      await requireAll(db, filter);
      await sendCsvParts(res, `${name}.csv`, csvParts({ db, tasks }, list, first));
    },

    /** `?compared=ID`: the score that a what-if began with. */
    show: async (req: Request, res: Response) => {
      const id = scoreIdParam(req);
      // Bookmarks of versions that numbered the scores of files otherwise.
      const now = await findByEarlierId(db, id);
      if (now !== undefined) {
        res.redirect(308, `/customers/${now}`);
        return;
      }
      const data = await readCustomer(id, scoreId(req.query['compared']));
      await render(res, 'customers/show', (h) => presentCustomer(h, data));
    },
  };
}

/** For a part of a page that must not delay the rest. */
async function nullIfLate<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Unavailable) return null;
    throw error;
  }
}

function changedInputs(
  before: CustomerScore['inputs'],
  after: CustomerScore['inputs'],
): readonly InputChange[] {
  // Another model may spell the same column differently.
  const known = new Map(Object.entries(before).map(([name, value]) => [foldName(name), value]));
  return Object.entries(after)
    .map(([name, value]) => ({ name, before: known.get(foldName(name)) ?? null, after: value }))
    .filter(({ before: was, after: is }) => !isSameValue(was, is));
}

/** A CSV file cannot say that customers are missing in it. @throws DamagedScores */
async function requireAll(db: Db, filter: PredictionFilter): Promise<void> {
  const [unreadable] = await listUnreadableMatches(db, filter);
  if (unreadable) throw new DamagedScores(unreadable, unreadable.problem);
}

/**
 * Parts are made one by one, each once the previous one was sent: memory use does not grow with the list. The first rows
 * are sent before the rest is brought into order.
 */
async function* csvParts(
  { db, tasks }: Pick<Context, 'db' | 'tasks'>,
  list: { readonly filter: PredictionFilter; readonly sort: PredictionSort },
  first: { readonly ids: Float64Array; readonly lines: string | Uint8Array },
): AsyncGenerator<string | Uint8Array> {
  yield customersCsvHeader;
  yield first.lines;
  if (first.ids.length < firstRows) return;
  const ids = without(await tasks.run('listPredictionIds', list), first.ids);
  await requireAll(db, list.filter);
  for (let from = 0; from < ids.length; from += rowsPerPart)
    yield await tasks.run('customersCsv', { ids: ids.slice(from, from + rowsPerPart) });
}

/** The rest of the list. Scores may have come or gone since its beginning was sent. */
function without(ids: Float64Array, sent: Float64Array): Float64Array {
  if (sent.every((id, place) => ids[place] === id)) return ids.subarray(sent.length);
  const isSent = new Set(sent);
  return ids.filter((id) => !isSent.has(id));
}
