/** Removing a dataset. */
import type { Request, Response } from 'express';
import type { Context } from '../context.ts';
import { dependentsOf, removeDataset } from '../domain/datasets/datasets.ts';
import { currentUser } from '../http/authenticate.ts';
import { flash } from '../http/flash.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { idParam } from '../http/validate.ts';
import { presentDatasetRemoval } from '../presenters/dataset-list.ts';
import { getDataset } from '../store/datasets.ts';

declare module '../http/render.ts' {
  interface Pages {
    'datasets/removal': PageData & ReturnType<typeof presentDatasetRemoval>;
  }
}

export function createDatasetRemovalHandlers({ db, config }: Context) {
  return {
    show: async (req: Request, res: Response) => {
      const dataset = await getDataset(db, idParam(req));
      const dependents = await dependentsOf(db, dataset.id);
      await render(res, 'datasets/removal', (h) => ({
        title: `Remove ${dataset.name}`,
        ...presentDatasetRemoval(h, dataset, dependents),
      }));
    },

    remove: async (req: Request, res: Response) => {
      await removeDataset(db, config, currentUser(req), idParam(req));
      flash(req, 'success', 'The dataset was removed. Models that were trained on it go on scoring.');
      res.redirect(303, '/datasets');
    },
  };
}
