/** Risk by the values of two columns together. */
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Context } from '../context.ts';
import type { Figure } from '../domain/analytics/analytics.ts';
import { toAxis } from '../domain/analytics/pairs.ts';
import type { PairCell } from '../domain/analytics/pairs.ts';
import { NotFound } from '../errors.ts';
import { sendCsv } from '../http/csv.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { parseQuery } from '../http/validate.ts';
import { pairCsv, presentPair } from '../presenters/pair.ts';
import type { PairData } from '../presenters/pair.ts';
import { presentViewMenu } from '../presenters/saved-view.ts';
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
    'analytics/pairs': PageData & ReturnType<typeof presentPair> & WithViewMenu;
  }
}

const columnName = z.string().max(200).default('');
const PairQuery = z.object({ ...filterFields, down: columnName, across: columnName });
type PairQuery = z.infer<typeof PairQuery>;

export function createPairHandlers(context: Context, readFigures: FigureReader) {
  const { db, log, tasks } = context;
  const kept = createKeptResults<(PairCell | null)[][]>();

  const { readScope, readColumns, readNames } = createScopeReader(context, readFigures);

  const readCells = (scope: FigureScope, [down, across]: readonly [Figure, Figure]) => {
    const axes = [toAxis(down), toAxis(across)] as const;
    const { filter, totals } = scope;
    return kept.get(JSON.stringify([filter, totals, axes]), () => tasks.run('sumPair', { filter, axes }));
  };

  const readPair = async (query: PairQuery, read: PartReader) => {
    const scope = await readScope(query);
    const figures = await read('figures', () => readColumns(scope));
    const pair = figures && choosePair(figures, query);
    const cells = pair && (await read('pair', () => readCells(scope, pair)));
    return { ...scope, figures, pair, cells };
  };

  const readPage = async (query: PairQuery, { read }: PageFigures): Promise<PairData> => {
    const found = await readPair(query, read);
    return { query, ...found, ...(await readNames(found)) };
  };

  return {
    show: async (req: Request, res: Response) => {
      const { data: query } = parseQuery(PairQuery, req.query);
      const figures = openPageFigures(context);
      const data = await readPage(query, figures);
      const menu = await readViewMenu(db, req, '/analytics/pairs', query);
      await render(res, 'analytics/pairs', (h) => ({
        ...presentPair(h, data),
        savedViews: presentViewMenu(h, menu),
        isWaiting: figures.isWaiting(),
      }));
    },

    download: async (req: Request, res: Response) => {
      const { data: query } = parseQuery(PairQuery, req.query);
      const { pair, cells } = await readPair(query, createPartReader(log));
      if (!pair || !cells) throw new NotFound();
      const { header, rows } = pairCsv(pair, cells);
      await sendCsv(res, 'risk-by-two-columns.csv', header, rows);
    },
  };
}

/** The chosen columns, or the two that matter most; null: there are not two. */
function choosePair(
  figures: readonly Figure[],
  { down, across }: PairQuery,
): readonly [Figure, Figure] | null {
  const find = (column: string) => figures.find((figure) => figure.column === column);
  const first = find(down) ?? figures.find(({ column }) => column !== across);
  const second = find(across) ?? figures.find(({ column }) => column !== first?.column);
  return first && second && first.column !== second.column ? [first, second] : null;
}
