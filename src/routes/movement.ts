/** How customers moved between the risk levels of two files. */
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { findComparedFiles } from '../domain/analytics/compared-files.ts';
import type { ComparedFiles } from '../domain/analytics/compared-files.ts';
import { NotFound } from '../errors.ts';
import { sendCsv } from '../http/csv.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { parseQuery } from '../http/validate.ts';
import { movementCsv, presentMovement } from '../presenters/movement.ts';
import type { MovementData } from '../presenters/movement.ts';
import { presentViewMenu } from '../presenters/saved-view.ts';
import { listArchivedModels, listModels } from '../store/models.ts';
import { noFilter } from '../store/prediction-filters.ts';
import { listUnreadableMatches } from '../store/score-files/scan.ts';
import { listSegments } from '../store/segments.ts';
import { filterFields, toFilter } from './customer-filter.ts';
import type { MovementReader } from './movement-reader.ts';
import { openPageFigures } from './page-parts.ts';
import type { PageFigures } from './page-parts.ts';
import { readViewMenu } from './saved-view-menu.ts';
import type { WithViewMenu } from './saved-view-menu.ts';

declare module '../http/render.ts' {
  interface Pages {
    'analytics/movement': PageData & ReturnType<typeof presentMovement> & WithViewMenu;
  }
}

const { batch, compared, segment, search, column, level, from, to } = filterFields;
const MovementQuery = z.object({ batch, compared, segment, search, column, level, from, to });
type MovementQuery = z.infer<typeof MovementQuery>;
const AllFields = z.object(filterFields);

export function createMovementHandlers(context: Context, readKept: MovementReader) {
  const { db } = context;

  const filesOf = (query: MovementQuery): Promise<ComparedFiles> =>
    findComparedFiles(db, { batch: query.batch || null, compared: query.compared || null });

  const readMovement = async (query: MovementQuery, { later, earlier }: ComparedFiles) => {
    if (!later || !earlier) return null;
    const asked = toFilter(AllFields.parse({ ...query, batch: '', compared: '' }));
    return readKept({ ...asked, batch: later.id, population: null }, earlier.id);
  };

  const readPage = async (query: MovementQuery, { read }: PageFigures): Promise<MovementData> => {
    const files = await filesOf(query);
    const models = await listModels(db);
    const ids = [files.later?.id, files.earlier?.id].filter((id) => id !== undefined);
    const unreadable = await Promise.all(
      ids.map((id) => listUnreadableMatches(db, { ...noFilter, batch: id })),
    );
    return {
      query,
      ...files,
      movement: await read('movement', () => readMovement(query, files)),
      segments: await listSegments(db),
      scoredBy: [...models, ...(await listArchivedModels(db))],
      unreadable: unreadable.flat(),
    };
  };

  return {
    show: async (req: Request, res: Response) => {
      const { data: query } = parseQuery(MovementQuery, req.query);
      const figures = openPageFigures(context);
      const data = await readPage(query, figures);
      const menu = await readViewMenu(db, req, '/analytics/movement', query);
      await render(res, 'analytics/movement', (h) => ({
        ...presentMovement(h, data),
        savedViews: presentViewMenu(h, menu),
        isWaiting: figures.isWaiting(),
      }));
    },

    download: async (req: Request, res: Response) => {
      const { data: query } = parseQuery(MovementQuery, req.query);
      const movement = await readMovement(query, await filesOf(query));
      if (movement === null) throw new NotFound();
      const { header, rows } = movementCsv(movement);
      await sendCsv(res, 'movement-between-files.csv', header, rows);
    },
  };
}
