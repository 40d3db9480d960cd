/** Health checks for monitoring: whether the process responds, and whether it can work. */
import type { Request, Response } from 'express';
import type { Context } from '../context.ts';
import { listUnusableModels } from '../domain/models/registry.ts';
import { isReachable } from '../store/health.ts';
import { listUnreadableScores } from '../store/score-files/damage.ts';
import { openScoreStore } from '../store/score-files/store.ts';
import { checkFiles } from '../domain/files/kept.ts';
import { FilesUnavailable } from '../errors.ts';

export function createHealthHandlers({ db, config, log }: Context) {
  return {
    live: (_req: Request, res: Response) => {
      res.json({ status: 'live' });
    },
    ready: async (_req: Request, res: Response) => {
      const isUp = await isReachable(db);
      const models = isUp ? await listUnusableModels(db, config.modelsDir) : [];
      for (const { label, problem } of models)
        log.error({ model: label, problem }, 'The file of a model cannot be used');
      const scores = isUp ? await listUnreadableScores(openScoreStore(db, config)) : [];
      for (const { batchId: batch, problem } of scores)
        log.error({ batch, problem }, 'The scores of a file cannot be read');
      const files = isUp ? await filesProblem({ db, config }) : null;
      if (files !== null) log.error({ problem: files.words }, 'Shared files are not complete');
      // The request may be anonymous: the log and the home page name the model and the file.
      const problem = [
        ...(models.length > 0 ? ['model file missing or damaged'] : []),
        ...(scores.length > 0 ? ['score file missing or damaged'] : []),
        ...(files === null ? [] : [files.kind]),
      ].join(', ');
      // Not 503: everything else works, and an administrator has to get in to restore it or activate another model.
      const status = isUp ? (problem === '' ? 'ready' : 'degraded') : 'database not reachable';
      res.status(isUp ? 200 : 503).json({ status, ...(problem !== '' && { problem }) });
    },
  };
}

/** null: every file that pages need is here, or files are not shared. */
async function filesProblem(env: Pick<Context, 'db' | 'config'>) {
  try {
    const lost = await checkFiles(env);
    return lost.length === 0
      ? null
      : { kind: 'file missing or changed in the file store', words: lost.join(' ') };
  } catch (error) {
    if (!(error instanceof FilesUnavailable)) throw error;
    return { kind: 'file store not reachable', words: error.message };
  }
}
