/** Jobs: what runs in the background, and cancelling it. */
import type { Request, Response } from 'express';
import type { Context } from '../context.ts';
import { lackOfSpace } from '../domain/jobs/disk-space.ts';
import { cancelJob } from '../domain/jobs/failure.ts';
import { flash } from '../http/flash.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { idParam } from '../http/validate.ts';
import { presentJobs } from '../presenters/job.ts';
import { listJobs } from '../store/jobs.ts';

declare module '../http/render.ts' {
  interface Pages {
    'admin/jobs': PageData & {
      readonly jobs: ReturnType<typeof presentJobs>;
      /** Why no job can run at the moment. */
      readonly waitsFor: string | null;
    };
  }
}

const jobsShown = 100;

export function createJobHandlers({ db, config }: Context) {
  return {
    list: async (_req: Request, res: Response) => {
      const jobs = await listJobs(db, jobsShown);
      const waitsFor = await lackOfSpace(config);
      await render(res, 'admin/jobs', (h) => ({ title: 'Jobs', jobs: presentJobs(h, jobs), waitsFor }));
    },

    cancel: async (req: Request, res: Response) => {
      await cancelJob(db, idParam(req));
      flash(req, 'success', 'The job will stop within a few seconds.');
      res.redirect(303, '/admin/jobs');
    },
  };
}
