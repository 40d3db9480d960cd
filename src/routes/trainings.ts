/** Training runs: the list, the form that starts one, its progress, cancel and restart. */
import type { Request, Response } from 'express';
import type { Context } from '../context.ts';
import { timeOf } from '../db/clock.ts';
import { getReady } from '../domain/datasets/datasets.ts';
import { cancelTraining, countRunsAhead, queueTraining, restartTraining } from '../domain/training/queue.ts';
import { currentUser } from '../http/authenticate.ts';
import { flash } from '../http/flash.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { idParam } from '../http/validate.ts';
import { presentTrainingForm } from '../presenters/training-form.ts';
import type { TrainingFormData } from '../presenters/training-form.ts';
import { presentTrainingRun, presentTrainingRuns } from '../presenters/training-run.ts';
import { getDataset } from '../store/datasets.ts';
import { findModel } from '../store/models.ts';
import { getTraining, listTrainings } from '../store/trainings.ts';
import type { TrainingRecord } from '../store/trainings.ts';
import { defaultValues, readTrainingForm } from './training-form.ts';

declare module '../http/render.ts' {
  interface Pages {
    'trainings/new': PageData & ReturnType<typeof presentTrainingForm>;
    'trainings/show': PageData & ReturnType<typeof presentTrainingRun>;
    'trainings/list': PageData & { readonly runs: ReturnType<typeof presentTrainingRuns> };
  }
}

const mostRuns = 100;

export function createTrainingHandlers({ db }: Context) {
  const showForm = (res: Response, form: TrainingFormData) =>
    render(res, 'trainings/new', (h) => presentTrainingForm(h, form));

  const readRun = async (training: TrainingRecord) => ({
    training,
    dataset: await getDataset(db, training.datasetId),
    runsAhead: training.state === 'queued' ? await countRunsAhead(db, training) : 0,
    seconds: training.startedAt === null ? 0 : ((await timeOf(db)) - Date.parse(training.startedAt)) / 1_000,
    model: training.modelId === null ? undefined : await findModel(db, training.modelId),
  });

  return {
    list: async (_req: Request, res: Response) => {
      const trainings = await listTrainings(db, mostRuns);
      await render(res, 'trainings/list', (h) => ({
        title: 'Training runs',
        runs: presentTrainingRuns(h, trainings),
      }));
    },

    showNew: async (req: Request, res: Response) => {
      const dataset = await getDataset(db, idParam(req));
      if (dataset.state !== 'ready') {
        res.redirect(303, `/datasets/${dataset.id}?next=training`);
        return;
      }
      await showForm(res, { dataset, values: defaultValues(dataset), errors: [] });
    },

    create: async (req: Request, res: Response) => {
      const dataset = await getReady(db, idParam(req));
      const form = readTrainingForm(dataset, req.body);
      if (!form.ok) return showForm(res, { dataset, values: form.values, errors: form.errors });
      const id = await queueTraining(db, currentUser(req), { datasetId: dataset.id, ...form.data });
      res.redirect(303, `/trainings/${id}`);
    },

    show: async (req: Request, res: Response) => {
      const run = await readRun(await getTraining(db, idParam(req)));
      await render(res, 'trainings/show', (h) => {
        const page = presentTrainingRun(h, run);
        return { ...page, isWaiting: page.isOpen };
      });
    },

    cancel: async (req: Request, res: Response) => {
      await cancelTraining(db, currentUser(req), idParam(req));
      flash(req, 'notice', 'Training run cancelled. The active model has not changed.');
      res.redirect(303, `/trainings/${idParam(req)}`);
    },

    restart: async (req: Request, res: Response) => {
      await restartTraining(db, currentUser(req), idParam(req));
      res.redirect(303, `/trainings/${idParam(req)}`);
    },
  };
}
