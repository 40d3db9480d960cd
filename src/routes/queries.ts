/** Queries: the list, a new one for a file or a dataset, its runs, its schedule and its removal. */
import type { Request, Response } from 'express';
import type { Context } from '../context.ts';
import { changeQuery, createQuery, removeQuery } from '../domain/warehouse/queries.ts';
import { cancelRun, findRunJob, startRun } from '../domain/warehouse/query-runs.ts';
import { nextRunOf } from '../domain/warehouse/schedule.ts';
import { inTransaction } from '../db.ts';
import { currentUser } from '../http/authenticate.ts';
import { flash } from '../http/flash.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { idParam, optionalId } from '../http/validate.ts';
import { presentNewQuery, presentQuery, presentQueryList } from '../presenters/query.ts';
import type { QueryStanding } from '../presenters/query.ts';
import { findBatch } from '../store/batches.ts';
import { listConnections } from '../store/connections.ts';
import { findDataset } from '../store/datasets.ts';
import { getQuery, listQueries } from '../store/queries.ts';
import type { QueryRecord } from '../store/queries.ts';
import { listScoreWrites } from '../store/score-writes.ts';
import { getSettings } from '../store/settings.ts';
import { newQueryValues, readNewQuery, readQueryChange, toQueryValues } from './query-form.ts';

declare module '../http/render.ts' {
  interface Pages {
    'queries/list': PageData & ReturnType<typeof presentQueryList>;
    'queries/new': PageData & ReturnType<typeof presentNewQuery>;
    'queries/show': PageData & ReturnType<typeof presentQuery>;
    'queries/removal': PageData & { readonly query: QueryRecord };
  }
}

type Values = Readonly<Record<string, string>>;

/** What the rows become, as the address of the form says. */
interface Purpose {
  readonly isDataset: boolean;
  /** The dataset that a new version is read for; null: a new one. */
  readonly versionOf: number | null;
}

export function createQueryHandlers({ db }: Context) {
  const showForm = async (
    res: Response,
    { isDataset, versionOf }: Purpose,
    values: Values,
    errors: PageData['errors'] = [],
  ) => {
    const known = {
      connections: await listConnections(db),
      dataset: versionOf === null ? undefined : await findDataset(db, versionOf),
    };
    await render(res, 'queries/new', { ...presentNewQuery({ isDataset, values, errors, ...known }) });
  };

  const showQuery = async (
    res: Response,
    query: QueryRecord,
    values: Values = toQueryValues(query),
    errors: PageData['errors'] = [],
  ) => {
    const standing = await standingOf(query);
    const connections = await listConnections(db);
    const job = query.state === 'reading' ? await findRunJob(db, query.id) : undefined;
    await render(res, 'queries/show', (h) => ({
      ...presentQuery(h, { ...standing, connections, job, values, errors }),
      isWaiting: standing.isUnderWay,
    }));
  };

  const standingOf = async (query: QueryRecord): Promise<QueryStanding> => {
    const batch = query.batchId === null ? undefined : await findBatch(db, query.batchId);
    const dataset = query.datasetId === null ? undefined : await findDataset(db, query.datasetId);
    const [write] = batch ? await listScoreWrites(db, batch.id) : [];
    const nextRun = nextRunOf(query, (await getSettings(db)).timeZone);
    const isUnderWay =
      query.state === 'reading' ||
      batch?.state === 'checking' ||
      batch?.state === 'scoring' ||
      write?.state === 'writing';
    return { query, batch, dataset, write, nextRun, isUnderWay };
  };

  return {
    list: async (_req: Request, res: Response) => {
      const queries = await Promise.all((await listQueries(db)).map(standingOf));
      await render(res, 'queries/list', (h) => ({ title: 'Queries', ...presentQueryList(h, queries) }));
    },

    showNew: async (req: Request, res: Response) => {
      await showForm(res, purposeOf(req.query), newQueryValues);
    },

    create: async (req: Request, res: Response) => {
      const purpose = purposeOf(req.body);
      const form = readNewQuery(req.body, purpose.isDataset);
      if (!form.ok) return showForm(res, purpose, form.values, form.errors);
      const id = await createQuery(db, currentUser(req), form.data, purpose.versionOf);
      res.redirect(303, `/queries/${id}?then=open`);
    },

    /** `then=open`: once its rows are read, on to the file or the dataset. */
    show: async (req: Request, res: Response) => {
      const query = await getQuery(db, idParam(req));
      const opened = query.datasetKind === null ? query.batchId : query.datasetId;
      if (req.query['then'] === 'open' && query.state === 'done' && opened !== null)
        res.redirect(303, query.datasetKind === null ? `/batches/${opened}` : `/datasets/${opened}`);
      else await showQuery(res, query);
    },

    save: async (req: Request, res: Response) => {
      const query = await getQuery(db, idParam(req));
      const form = readQueryChange(req.body);
      if (!form.ok) return showQuery(res, query, form.values, form.errors);
      await changeQuery(db, currentUser(req), query.id, form.data);
      flash(req, 'success', 'The query has been saved.');
      res.redirect(303, `/queries/${query.id}`);
    },

    run: async (req: Request, res: Response) => {
      const id = idParam(req);
      await inTransaction(db, async (trx) => {
        await startRun(trx, await getQuery(trx, id), currentUser(req).id);
      });
      res.redirect(303, `/queries/${id}`);
    },

    cancel: async (req: Request, res: Response) => {
      await cancelRun(db, idParam(req));
      res.redirect(303, `/queries/${idParam(req)}`);
    },

    confirmRemoval: async (req: Request, res: Response) => {
      const query = await getQuery(db, idParam(req));
      await render(res, 'queries/removal', { title: 'Delete a query', query });
    },

    remove: async (req: Request, res: Response) => {
      await removeQuery(db, currentUser(req), idParam(req));
      flash(req, 'success', 'The query has been deleted. Its files, datasets and scores stay.');
      res.redirect(303, '/queries');
    },
  };
}

function purposeOf(source: unknown): Purpose {
  const { for: purpose, versionOf } = (source ?? {}) as Readonly<Record<string, unknown>>;
  const id = optionalId.safeParse(versionOf).data ?? '';
  return { isDataset: purpose === 'dataset', versionOf: id === '' ? null : id };
}
