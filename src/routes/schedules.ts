/** Settings of schedules: when models are retrained, the newest file is rescored, and scores are checked for drift. */
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { fileToRescore } from '../domain/schedules/rescoring.ts';
import { lastRetraining, newestWithLabel } from '../domain/schedules/retraining.ts';
import { changeRun, nextRun, runKinds } from '../domain/schedules/runs.ts';
import type { RunKind } from '../domain/schedules/runs.ts';
import { currentUser } from '../http/authenticate.ts';
import { flash } from '../http/flash.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { parseForm, textValues } from '../http/validate.ts';
import { presentSchedules, runPaths } from '../presenters/schedule.ts';
import type { RunForm, ScheduleData } from '../presenters/schedule.ts';
import type { FormInput } from '../presenters/settings.ts';
import { findBatch } from '../store/batches.ts';
import { getSettings } from '../store/settings.ts';
import type { Settings } from '../store/settings.ts';
import { listWatchedFiles } from '../store/watched-files.ts';
import { scheduleFields } from './schedule-form.ts';

declare module '../http/render.ts' {
  interface Pages {
    'schedules/show': PageData & ReturnType<typeof presentSchedules>;
  }
}

const mostWatched = 10;
const ScheduleForm = z.object(scheduleFields);

export function createScheduleHandlers({ db, config }: Context) {
  const readData = async ({
    retraining,
    rescoring,
    driftCheck,
    watching,
  }: Settings): Promise<ScheduleData> => {
    const dataset = await newestWithLabel(db);
    return {
      last: await lastRetraining(db),
      dataset,
      isKnown: dataset !== null && dataset.id === retraining.datasetId,
      file: await fileToRescore(db),
      rescored: rescoring.batchId === null ? null : ((await findBatch(db, rescoring.batchId)) ?? null),
      rescoringError: rescoring.error,
      drift: driftCheck.found,
      driftError: driftCheck.error,
      watched: {
        folder: config.watch.folder,
        problem: watching.problem,
        files: config.watch.folder === null ? [] : await listWatchedFiles(db, mostWatched),
      },
    };
  };

  /** `typed`: of the form that cannot be saved as it is. */
  const show = async (res: Response, kind: RunKind | null = null, typed: Partial<FormInput> = {}) => {
    const settings = await getSettings(db);
    const formOf = (one: RunKind): RunForm => {
      const { repeats, weekday, atTime } = settings[one];
      const { values, errors } = one === kind ? typed : {};
      return {
        values: { repeats, weekday: String(weekday), atTime, ...values },
        errors: errors ?? [],
        nextRun: nextRun(settings[one], settings.timeZone),
      };
    };
    const forms = Object.fromEntries(runKinds.map((one) => [one, formOf(one)])) as Record<RunKind, RunForm>;
    const data = await readData(settings);
    await render(res, 'schedules/show', (h) => presentSchedules(h, data, forms));
  };

  return {
    show: (_req: Request, res: Response) => show(res),

    save: (kind: RunKind) => async (req: Request, res: Response) => {
      const form = parseForm(ScheduleForm, withoutPrefix(kind, textValues(req.body)));
      if (!form.ok) return show(res, kind, form);
      await changeRun(db, currentUser(req), kind, form.data);
      flash(req, 'success', 'The schedule has been saved.');
      res.redirect(303, '/settings/schedules');
    },
  };
}

/** Names are those of one form on the page. */
function withoutPrefix(kind: RunKind, values: Readonly<Record<string, string>>): Record<string, string> {
  const prefix = `${runPaths[kind]}-`;
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), value]] : [],
    ),
  );
}
