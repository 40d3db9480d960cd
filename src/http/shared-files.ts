/** Requests find the files that pages need. Where the store cannot be reached, they go on with what is here. */
import type { RequestHandler } from 'express';
import type { Context } from '../context.ts';
import { FilesUnavailable } from '../errors.ts';
import { bringKept } from '../domain/files/kept.ts';

/** How long nobody waits for a store that could not be reached. */
const restMs = 5_000;

export function sharedFiles({ db, config }: Context): RequestHandler {
  let restUntil = -Infinity;
  return async (_req, _res, next) => {
    try {
      if (config.fileStore !== null && performance.now() > restUntil) await bringKept({ db, config });
    } catch (error) {
      if (!(error instanceof FilesUnavailable)) throw error;
      restUntil = performance.now() + restMs;
    }
    next();
  };
}
