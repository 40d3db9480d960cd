/** For the machine that watches: does the process answer, can it work. */
import type { Request, Response } from 'express';
import type { Context } from '../context.ts';
import { isReachable } from '../store/health.ts';

export function createHealthHandlers({ db }: Context) {
  return {
    live: (_req: Request, res: Response) => {
      res.set('Cache-Control', 'no-store').json({ status: 'live' });
    },
    ready: async (_req: Request, res: Response) => {
      const ready = await isReachable(db);
      res
        .set('Cache-Control', 'no-store')
        .status(ready ? 200 : 503)
        .json({ status: ready ? 'ready' : 'database not reachable' });
    },
  };
}
