/** Deleting a batch and its scores. */
import type { Request, Response } from 'express';
import type { Context } from '../context.ts';
import { removeBatch } from '../domain/batches/removal.ts';
import { currentUser } from '../http/authenticate.ts';
import { flash } from '../http/flash.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { idParam } from '../http/validate.ts';
import { presentRemoval } from '../presenters/batch.ts';
import { getBatch } from '../store/batches.ts';
import { openUploadStore } from '../domain/batches/batches.ts';

declare module '../http/render.ts' {
  interface Pages {
    'batches/removal': PageData & ReturnType<typeof presentRemoval>;
  }
}

export function createBatchRemovalHandlers({ db, config }: Context) {
  return {
    show: async (req: Request, res: Response) => {
      const batch = await getBatch(db, idParam(req));
      const title = `Delete ${batch.originalName}`;
      await render(res, 'batches/removal', (h) => ({ title, ...presentRemoval(h, batch) }));
    },

    remove: async (req: Request, res: Response) => {
      const id = idParam(req);
      const env = { ...openUploadStore({ db, config }), user: currentUser(req) };
      if ((await removeBatch(env, id)) === 'later') {
        res.redirect(303, `/batches/${id}/progress`);
        return;
      }
      flash(
        req,
        'success',
        'The file and its scores are deleted. Earlier scores of its customers count again.',
      );
      res.redirect(303, '/score');
    },
  };
}
