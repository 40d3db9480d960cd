/** Settings of schedules: when models are retrained. */
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Context } from '../context.ts';
import {
  changeRetraining,
  lastRetraining,
  newestWithLabel,
  nextRetraining,
} from '../domain/schedules/retraining.ts';
import { currentUser } from '../http/authenticate.ts';
import { flash } from '../http/flash.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { parseForm } from '../http/validate.ts';
import { presentSchedules } from '../presenters/schedule.ts';
import type { FormInput } from '../presenters/settings.ts';
import { getSettings } from '../store/settings.ts';
import { scheduleFields } from './schedule-form.ts';

declare module '../http/render.ts' {
  interface Pages {
    'schedules/show': PageData & ReturnType<typeof presentSchedules>;
  }
}

const ScheduleForm = z.object(scheduleFields);

export function createScheduleHandlers({ db }: Context) {
  const show = async (res: Response, form: Partial<FormInput> = {}) => {
    const { retraining, timeZone } = await getSettings(db);
    const { repeats, weekday, atTime } = retraining;
    const dataset = await newestWithLabel(db);
    const data = {
      nextRun: nextRetraining(retraining, timeZone),
      last: await lastRetraining(db),
      dataset,
      isKnown: dataset !== null && dataset.id === retraining.datasetId,
    };
    const values = { repeats, weekday: String(weekday), atTime, ...form.values };
    await render(res, 'schedules/show', (h) =>
      presentSchedules(h, data, { values, errors: form.errors ?? [] }),
    );
  };

  return {
    show: (_req: Request, res: Response) => show(res),

    save: async (req: Request, res: Response) => {
      const form = parseForm(ScheduleForm, req.body);
      if (!form.ok) return show(res, form);
      await changeRetraining(db, currentUser(req), form.data);
      flash(req, 'success', 'The schedule has been saved.');
      res.redirect(303, '/settings/schedules');
    },
  };
}
