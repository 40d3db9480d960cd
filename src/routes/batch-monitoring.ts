/** A scored file against the training data. */
import type { Request, Response } from 'express';
import type { Context } from '../context.ts';
import { fileFindings } from '../domain/monitoring/findings.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { idParam } from '../http/validate.ts';
import { presentFileMonitoring } from '../presenters/file-monitoring.ts';
import { findBatchCounts } from '../store/batch-counts.ts';
import { getBatch } from '../store/batches.ts';
import { findModel } from '../store/models.ts';
import { getSettings } from '../store/settings.ts';

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

export function createBatchMonitoringHandlers({ db }: Context) {
  return {
    show: async (req: Request, res: Response) => {
      const batch = await getBatch(db, idParam(req));
      const model = batch.modelId === null ? undefined : await findModel(db, batch.modelId);
      const counts = await findBatchCounts(db, batch.id);
      const settings = await getSettings(db);
      const findings = model && counts && fileFindings(counts, { model, settings });
      await render(res, 'batches/monitoring', (h) => ({
        title: 'This file against the training data',
        href: `/batches/${batch.id}`,
        name: batch.originalName,
        modelHref: model ? `/models/${model.id}` : null,
        file: findings ? presentFileMonitoring(h, { model, counts, findings }) : null,
      }));
    },
  };
}
