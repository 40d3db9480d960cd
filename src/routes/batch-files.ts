/** Files to download: a template, the sample, and the results of a batch. */
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Request, Response } from 'express';
import type { Context } from '../context.ts';
import { openSentFile } from '../domain/batches/sent-files.ts';
import { byteOrderMark, safeLine } from '../domain/csv/writer.ts';
import { currentFile } from '../domain/sample/first-start.ts';
import { NotFound } from '../errors.ts';
import { idParam } from '../http/validate.ts';
import { getBatch } from '../store/batches.ts';
import { findActiveModel } from '../store/models.ts';
import { openFiles } from '../store/files/open-files.ts';

const fileNames = {
  'scored.csv': 'scored',
  'high-risk.csv': 'high-risk',
  'rejected.csv': 'rejected',
} as const;
type FileName = keyof typeof fileNames;

export function createBatchFileHandlers({ db, config }: Context) {
  return {
    /** A header with the columns of the active model. */
    template: async (_req: Request, res: Response) => {
      const model = await findActiveModel(db);
      if (!model) throw new NotFound('template while no model is active');
      const { identifier, features } = model.schema;
      const names = [
        ...(identifier === null ? [] : [identifier]),
        ...features.map((feature) => feature.name),
      ];
      res
        .attachment('holdfast-template.csv')
        .type('text/csv')
        .send(byteOrderMark + safeLine(names, { lineEnd: '\r\n' }));
    },

    sample: async (_req: Request, res: Response, next: (error?: unknown) => void) => {
      await openFiles(config).bring(db, [join(config.dataDir, currentFile)]);
      res.attachment(currentFile);
      res.sendFile(join(config.dataDir, currentFile), (error: unknown) => {
        if (error) next(new NotFound('sample file; it was deleted'));
      });
    },

    result: async (req: Request, res: Response) => {
      const batch = await getBatch(db, idParam(req));
      const name = String(req.params['name']);
      if (!Object.hasOwn(fileNames, name)) throw new NotFound('file');
      const file = await openSentFile({ db, config }, batch, fileNames[name as FileName]);
      res.attachment(file.name).type('text/csv');
      await pipeline(file.parts, res);
    },
  };
}
