/** The columns of a dataset before anything is trained. */
import type { Request, Response } from 'express';
import type { Context } from '../context.ts';
import { getReady } from '../domain/datasets/datasets.ts';
import type { Exploration } from '../domain/datasets/exploration/exploration.ts';
import { studyLater, studyOf } from '../domain/datasets/studies/studies.ts';
import { NotFound } from '../errors.ts';
import { currentUser } from '../http/authenticate.ts';
import { sendCsv } from '../http/csv.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { idParam } from '../http/validate.ts';
import { wilsonInterval } from '../ml/evaluation/wilson.ts';
import { presentDatasetExploration } from '../presenters/dataset-exploration.ts';
import { getDataset } from '../store/datasets.ts';

declare module '../http/render.ts' {
  interface Pages {
    'datasets/exploration': PageData & ReturnType<typeof presentDatasetExploration>;
  }
}

const csvHeader = ['column', 'value', 'rows', 'known', 'left', 'rate', 'low', 'high'];

export function createDatasetExplorationHandlers({ db }: Context) {
  return {
    show: async (req: Request, res: Response) => {
      const dataset = await getDataset(db, idParam(req));
      if (dataset.kind === 'transactions') throw new NotFound('dataset of customers');
      if (dataset.state !== 'ready') {
        res.redirect(303, `/datasets/${dataset.id}?next=exploration`);
        return;
      }
      const study = studyOf(dataset, 'exploration');
      await render(res, 'datasets/exploration', (h) => ({
        title: `The columns of ${dataset.name}`,
        ...presentDatasetExploration(h, dataset, study),
        isWaiting: study?.result === null && study.error === null,
      }));
    },

    study: async (req: Request, res: Response) => {
      const dataset = await getReady(db, idParam(req));
      await studyLater(db, currentUser(req), dataset.id, { kind: 'exploration', options: {} });
      res.redirect(303, `/datasets/${dataset.id}/exploration`);
    },

    download: async (req: Request, res: Response) => {
      const dataset = await getDataset(db, idParam(req));
      const result = studyOf(dataset, 'exploration')?.result;
      if (!result) throw new NotFound('exploration');
      await sendCsv(res, `columns-${dataset.id}.csv`, csvHeader, rowsOf(result));
    },
  };
}

/** One a bin, exactly; nothing where no outcome is known. */
function rowsOf({ columns }: Exploration): (string | number)[][] {
  return columns.flatMap(({ name, bins }) =>
    bins.map((bin) => {
      const { low, high } = wilsonInterval(bin.left, bin.known);
      const rates = bin.known === 0 ? ['', '', ''] : [bin.left / bin.known, low, high];
      return [name, bin.name, bin.rows, bin.known, bin.left, ...rates];
    }),
  );
}
