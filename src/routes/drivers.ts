/** Which reasons raise the churn probability of customers: over all, by the values of a column, and by segment. */
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { minCustomers } from '../domain/analytics/analytics.ts';
import type { Figure } from '../domain/analytics/analytics.ts';
import { bySegments } from '../domain/analytics/drivers.ts';
import type { DriverGroup } from '../domain/analytics/drivers.ts';
import { toAxis } from '../domain/analytics/pairs.ts';
import type { Axis } from '../domain/analytics/pairs.ts';
import { Unavailable } from '../errors.ts';
import { sendCsv } from '../http/csv.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { parseQuery } from '../http/validate.ts';
import { driversCsv, presentDrivers } from '../presenters/drivers.ts';
import type { ComparedGroup, DriverData } from '../presenters/drivers.ts';
import { presentViewMenu } from '../presenters/saved-view.ts';
import type { PredictionFilter } from '../store/prediction-filters.ts';
import { listSegments } from '../store/segments.ts';
import { filterFields } from './customer-filter.ts';
import type { FigureReader } from './figure-reader.ts';
import { createScopeReader } from './figure-scope.ts';
import type { FigureScope } from './figure-scope.ts';
import { createKeptResults } from './kept-results.ts';
import { createPartReader, openPageFigures } from './page-parts.ts';
import type { PageFigures, PartReader } from './page-parts.ts';
import { readViewMenu } from './saved-view-menu.ts';
import type { WithViewMenu } from './saved-view-menu.ts';

declare module '../http/render.ts' {
  interface Pages {
    'analytics/drivers': PageData & ReturnType<typeof presentDrivers> & WithViewMenu;
  }
}

const DriverQuery = z.object({ ...filterFields, by: z.string().max(200).default('') });
type DriverQuery = z.infer<typeof DriverQuery>;

/** Each is read as a whole, and kept. */
const mostSegments = 12;

export function createDriverHandlers(context: Context, readFigures: FigureReader) {
  const { db, log, tasks } = context;
  const { readScope, readColumns, readNames } = createScopeReader(context, readFigures);
  const kept = createKeptResults<(DriverGroup | null)[]>(9_000, 100);

  const readGroups = ({ totals }: FigureScope, filter: PredictionFilter, axis: Axis | null) =>
    kept.get(JSON.stringify([filter, totals, axis]), () => tasks.run('sumDrivers', { filter, axis }));

  const readColumnGroups = async (scope: FigureScope, figure: Figure): Promise<ComparedGroup[]> => {
    const groups = await readGroups(scope, scope.filter, toAxis(figure));
    return figure.bars.map(({ words, filter }, i) => ({ words, filter, found: groups[i] ?? null }));
  };

  const readSegmentGroups = async (scope: FigureScope): Promise<ComparedGroup[]> => {
    const segments = (await listSegments(db)).slice(0, mostSegments);
    const read = async ({ id, name }: (typeof segments)[number]): Promise<ComparedGroup> => {
      const [found] = await readGroups(scope, { ...scope.filter, segment: id }, null);
      return { words: name, filter: { segment: id }, found: found ?? null };
    };
    return Promise.all(segments.map(read));
  };

  /** Null: neither a column with groups nor segments are asked for. */
  const readCompared = async (scope: FigureScope, figure: Figure | typeof bySegments | undefined) => {
    if (figure === undefined) return null;
    return figure === bySegments ? readSegmentGroups(scope) : readColumnGroups(scope, figure);
  };

  const readDrivers = async (query: DriverQuery, read: PartReader) => {
    const scope = await readScope(query);
    const figures = await read('figures', () => readColumns(scope));
    const [overall, compared] = await Promise.all([
      read('reasons', () => readGroups(scope, scope.filter, null)),
      read('groups', () => readCompared(scope, chooseGroups(scope, figures, query.by))),
    ]);
    return { ...scope, figures, all: overall?.[0] ?? null, compared };
  };

  const readPage = async (query: DriverQuery, { read }: PageFigures): Promise<DriverData> => {
    const found = await readDrivers(query, read);
    return { query, ...found, ...(await readNames(found)) };
  };

  return {
    show: async (req: Request, res: Response) => {
      const { data: query } = parseQuery(DriverQuery, req.query);
      const figures = openPageFigures(context);
      const data = await readPage(query, figures);
      const menu = await readViewMenu(db, req, '/analytics/drivers', query);
      await render(res, 'analytics/drivers', (h) => ({
        ...presentDrivers(h, data),
        savedViews: presentViewMenu(h, menu),
        isWaiting: figures.isWaiting(),
      }));
    },

    download: async (req: Request, res: Response) => {
      const { data: query } = parseQuery(DriverQuery, req.query);
      const { totals, all, compared } = await readDrivers(query, createPartReader(log));
      if (all === null && totals.count >= minCustomers)
        throw new Unavailable('The figures are still being computed. Try again in a moment.');
      const { header, rows } = driversCsv(all, compared ?? []);
      await sendCsv(res, 'reasons.csv', header, rows);
    },
  };
}

/** What the reasons are compared by: segments, or the figure of a column; undefined: nothing, or there is no such figure. */
function chooseGroups(
  { filter }: FigureScope,
  figures: readonly Figure[] | null,
  by: string,
): Figure | typeof bySegments | undefined {
  if (by === bySegments && filter.segment === null) return bySegments;
  return figures?.find(({ column }) => column === by);
}
