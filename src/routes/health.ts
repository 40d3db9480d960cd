/** For the machine that watches: does the process answer, can it work. */
import type { Request, Response } from 'express';
import type { Context } from '../context.ts';
import { problemOfScoringModels } from '../domain/model-registry.ts';
import { isReachable } from '../store/health.ts';

export function createHealthHandlers({ db, config, log }: Context) {
  return {
    live: (_req: Request, res: Response) => {
      res.set('Cache-Control', 'no-store').json({ status: 'live' });
    },
    ready: async (_req: Request, res: Response) => {
      const isUp = await isReachable(db);
      const problem = isUp ? await problemOfScoringModels(db, config.modelsDir) : null;
      if (problem !== null) log.error({ problem }, 'The file of a model that scores cannot be used');
      // Not 503: everything but scoring works, and an administrator has to get in to activate another model.
      const status = isUp ? (problem === null ? 'ready' : 'degraded') : 'database not reachable';
      res
        .set('Cache-Control', 'no-store')
        .status(isUp ? 200 : 503)
        // Whoever asks need not be signed in: the log has the name of the model.
        .json({ status, ...(problem !== null && { problem: 'model file missing or damaged' }) });
    },
  };
}
