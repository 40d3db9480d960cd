/** Can a model still be trusted? Its files over time, and what became of the customers whom it scored. */
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Context } from '../context.ts';
import type { LiveFile } from '../domain/monitoring/live.ts';
import { listMonitoredBatches } from '../domain/monitoring/reading.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { idParam, parseQuery } from '../http/validate.ts';
import { liveDays, presentModelMonitoring } from '../presenters/model-monitoring.ts';
import type { ModelMonitoringPage } from '../presenters/model-monitoring.ts';
import { findChallenger, getModel } from '../store/models.ts';
import type { ModelRecord } from '../store/models.ts';
import { stateOfOutcomes } from '../store/outcomes.ts';
import { stateOfBatches } from '../store/score-files/previous-score.ts';
import { createKeptResults } from './kept-results.ts';
import { createPartReader, openPageFigures } from './page-parts.ts';

declare module '../http/render.ts' {
  interface Pages {
    'models/monitoring': PageData & ModelMonitoringPage;
  }
}

const mostFiles = 12;
const usualDays = 90;
const Query = z.object({
  days: z.coerce
    .number()
    .refine((days) => liveDays.includes(days))
    .catch(usualDays),
});

export function createModelMonitoringHandlers(context: Context) {
  const { db, tasks, log } = context;
  const orNull = createPartReader(log);
  const kept = createKeptResults<LiveFile[]>();

  /** Changes with files, outcomes, and the day. */
  const readLive = async (model: ModelRecord, challengerId: number | null, days: number) => {
    const day = new Date().toISOString().slice(0, 13);
    const state = [await stateOfBatches(db), await stateOfOutcomes(db), day];
    const request = { modelId: model.id, threshold: model.threshold, challengerId, days };
    return kept.get(JSON.stringify([request, state]), () => tasks.run('readLiveFiles', request));
  };

  return {
    show: async (req: Request, res: Response) => {
      const model = await getModel(db, idParam(req));
      const { days } = parseQuery(Query, req.query).data;
      const found = await findChallenger(db);
      const challenger = found && found.id !== model.id ? found : null;
      const files = await listMonitoredBatches(db, model, mostFiles);
      const months = await orNull('single scores', () =>
        tasks.run('readMonthsOfScores', { modelId: model.id }),
      );
      const figures = openPageFigures(context);
      const live = await figures.read('live figures', () => readLive(model, challenger?.id ?? null, days));
      await render(res, 'models/monitoring', (h) => ({
        title: `Monitoring of ${model.label}`,
        ...presentModelMonitoring(h, { model, challenger, files, months, live, days }),
        isWaiting: figures.isWaiting(),
      }));
    },
  };
}
