/** Customers at risk and expected loss over the last files. */
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { listWholeFiles } from '../domain/analytics/compared-files.ts';
import { stateOfLevels } from '../domain/risk/set-levels.ts';
import { sendCsv } from '../http/csv.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { parseQuery } from '../http/validate.ts';
import { presentRiskHistory, riskHistoryCsv } from '../presenters/risk-history.ts';
import type { ScoredFile } from '../presenters/risk-history.ts';
import { presentViewMenu } from '../presenters/saved-view.ts';
import type { BatchSummary } from '../store/batches.ts';
import { listArchivedModels, listModels } from '../store/models.ts';
import type { PredictionFilter } from '../store/prediction-filters.ts';
import type { Totals } from '../store/score-files/totals.ts';
import { listSegments } from '../store/segments.ts';
import { FilterQuery, filterFields, toFilter } from './customer-filter.ts';
import { createKeptResults } from './kept-results.ts';
import { openPageFigures } from './page-parts.ts';
import { readViewMenu } from './saved-view-menu.ts';
import type { WithViewMenu } from './saved-view-menu.ts';

declare module '../http/render.ts' {
  interface Pages {
    'analytics/history': PageData & ReturnType<typeof presentRiskHistory> & WithViewMenu;
  }
}

const { segment, column, level, from, to } = filterFields;
const HistoryQuery = z.object({ segment, column, level, from, to });
type HistoryQuery = z.infer<typeof HistoryQuery>;

/** Each is read as a whole, and kept. */
const mostFiles = 12;

export function createRiskHistoryHandlers(context: Context) {
  const { db, tasks } = context;
  const kept = createKeptResults<Totals>(9_000, 500);

  /** The last files of the organisation, or of the sample where there are no others; the first one first. */
  const listFiles = async (): Promise<BatchSummary[]> => {
    const files = await listWholeFiles(db);
    const own = files.filter(({ isSample }) => !isSample);
    return (own.length > 0 ? own : files).slice(0, mostFiles).reverse();
  };

  const readHistory = async (query: HistoryQuery): Promise<ScoredFile[]> => {
    const asked = toFilter(FilterQuery.parse(query));
    const levels = await stateOfLevels(db);
    const read = async (file: BatchSummary): Promise<ScoredFile> => {
      const filter: PredictionFilter = { ...asked, batch: file.id, population: null };
      const key = JSON.stringify([filter, file.scoresAt, file.scoreBytes, levels, asked.segment]);
      return { file, totals: await kept.get(key, () => tasks.run('sumPredictions', { filter })) };
    };
    return Promise.all((await listFiles()).map(read));
  };

  return {
    show: async (req: Request, res: Response) => {
      const { data: query } = parseQuery(HistoryQuery, req.query);
      const models = [...(await listModels(db)), ...(await listArchivedModels(db))];
      const segments = await listSegments(db);
      const figures = openPageFigures(context);
      const history = await figures.read('history', () => readHistory(query));
      const menu = await readViewMenu(db, req, '/analytics/history', query);
      await render(res, 'analytics/history', (h) => ({
        ...presentRiskHistory(h, { query, history, segments, models }),
        savedViews: presentViewMenu(h, menu),
        isWaiting: figures.isWaiting(),
      }));
    },

    download: async (req: Request, res: Response) => {
      const history = await readHistory(parseQuery(HistoryQuery, req.query).data);
      const { header, rows } = riskHistoryCsv(history);
      await sendCsv(res, 'risk-history.csv', header, rows);
    },
  };
}
