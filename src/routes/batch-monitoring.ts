/** A scored file against the training data. */
import type { Request, Response } from 'express';
import type { Context } from '../context.ts';
import { readCountedFile } from '../domain/monitoring/reading.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { idParam } from '../http/validate.ts';
import { presentFileMonitoring } from '../presenters/file-monitoring.ts';
import { getBatch } from '../store/batches.ts';
import { findModel } from '../store/models.ts';

declare module '../http/render.ts' {
  interface Pages {
    'batches/monitoring': PageData & {
      readonly href: string;
      readonly name: string;
      readonly modelHref: string | null;
      /** Null: nothing was counted. */
      readonly file: ReturnType<typeof presentFileMonitoring> | null;
    };
  }
}

export function createBatchMonitoringHandlers({ db, tasks }: Context) {
  return {
    show: async (req: Request, res: Response) => {
      const batch = await getBatch(db, idParam(req));
      const model = batch.modelId === null ? undefined : await findModel(db, batch.modelId);
      const count = () => tasks.run('countStoredFile', { batchId: batch.id });
      const file = model ? await readCountedFile(db, batch.id, model, count) : null;
      await render(res, 'batches/monitoring', (h) => ({
        title: 'This file against the training data',
        href: `/batches/${batch.id}`,
        name: batch.originalName,
        modelHref: model ? `/models/${model.id}` : null,
        file: model && file ? presentFileMonitoring(h, { model, ...file }) : null,
      }));
    },
  };
}
