/** Models: the list, side by side, states other than active, and model files. */
import type { Request, Response } from 'express';
import type { Context } from '../context.ts';
import { findRollbackTarget } from '../domain/models/activation.ts';
import { compareModels } from '../domain/models/comparison.ts';
import {
  archive,
  exportModel,
  importModel,
  listUnusableModels,
  makeCandidate,
  makeChallenger,
} from '../domain/models/registry.ts';
import type { User } from '../domain/people/accounts.ts';
import { AppError } from '../errors.ts';
import type { FieldError } from '../errors.ts';
import { currentUser } from '../http/authenticate.ts';
import { flash } from '../http/flash.ts';
import { receivedFile, receiveFile } from '../http/receive-file.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { idParam } from '../http/validate.ts';
import { presentComparison } from '../presenters/model-comparison.ts';
import type { ModelComparisonPage } from '../presenters/model-comparison.ts';
import { presentModelList } from '../presenters/model-list.ts';
import type { ModelListPage } from '../presenters/model-list.ts';
import { listArchivedModels, listModels } from '../store/models.ts';

declare module '../http/render.ts' {
  interface Pages {
    'models/list': PageData & ModelListPage;
    'models/compare': PageData & ModelComparisonPage;
  }
}

const mostCompared = 4;

export function createModelHandlers(context: Context) {
  return { ...createPages(context), ...createStateHandlers(context), ...createFileHandlers(context) };
}

function createPages(context: Context) {
  const { db } = context;
  return {
    list: async (_req: Request, res: Response) => {
      await showList(context, res);
    },

    compare: async (req: Request, res: Response) => {
      const ids = Object.keys(req.query).flatMap((name) => /^m(\d{1,9})$/.exec(name)?.[1] ?? []);
      const all = [...(await listModels(db)), ...(await listArchivedModels(db))];
      const models = all.filter(({ id }) => ids.includes(String(id))).slice(0, mostCompared);
      const comparison = models.length < 2 ? null : compareModels(models);
      await render(res, 'models/compare', (h) => ({
        title: 'Compare models',
        ...presentComparison(h, models, comparison),
      }));
    },
  };
}

async function showList(
  { db, config }: Context,
  res: Response,
  errors: readonly FieldError[] = [],
  status = 200,
) {
  const data = {
    models: await listModels(db),
    archived: await listArchivedModels(db),
    unusableModels: await listUnusableModels(db, config.modelsDir),
    previous: await findRollbackTarget(db),
    errors,
  };
  await render(res, 'models/list', (h) => ({ title: 'Models', ...presentModelList(h, data) }), status);
}

function createStateHandlers({ db, config }: Context) {
  const changing =
    (change: (user: User, id: number) => Promise<void>, message: string) =>
    async (req: Request, res: Response) => {
      const id = idParam(req);
      await change(currentUser(req), id);
      flash(req, 'success', message);
      res.redirect(303, `/models/${id}`);
    };
  return {
    archive: changing(
      (user, id) => archive(db, user, id),
      'Model archived. It no longer appears where a model is chosen.',
    ),
    makeCandidate: changing((user, id) => makeCandidate(db, user, id), 'This model is a candidate now.'),
    makeChallenger: changing(
      (user, id) => makeChallenger(db, config.modelsDir, user, id),
      'This model runs as the challenger. It scores the same customers as the active model from the next file on.',
    ),
  };
}

function createFileHandlers(context: Context) {
  const { db, config, tasks } = context;
  const inspect = (file: string) => tasks.run('inspectModelFile', { file });
  return {
    download: async (req: Request, res: Response) => {
      const id = idParam(req);
      const bytes = await exportModel(db, config, currentUser(req), id);
      res.attachment(`holdfast-model_v${id}.holdfast`).type('application/octet-stream').send(bytes);
    },

    receive: [
      receiveFile({ db, config }, 'file'),
      async (req: Request, res: Response) => {
        try {
          const model = await importModel({ db, config, user: currentUser(req), inspect }, receivedFile(req));
          flash(
            req,
            'success',
            `${model.label} imported as a candidate. It scores nobody until it is activated.`,
          );
          res.redirect(303, `/models/${model.id}`);
        } catch (error) {
          if (!(error instanceof AppError)) throw error;
          await showList(context, res, [{ field: 'file', message: error.message }], error.status);
        }
      },
    ],
  };
}
