/** Files to download: a template, the sample, and the results of a batch. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Request, Response } from 'express';
import type { Context } from '../context.ts';
import { batchFile } from '../domain/batches/files.ts';
import { resultLines } from '../domain/batches/result-lines.ts';
import { readDoNotContact } from '../domain/campaigns/do-not-contact.ts';
import { byteOrderMark, safeLine } from '../domain/csv/writer.ts';
import { currentFile } from '../domain/sample/first-start.ts';
import { NotFound } from '../errors.ts';
import { idParam } from '../http/validate.ts';
import { getBatch } from '../store/batches.ts';
import type { BatchRecord } from '../store/batches.ts';
import { findActiveModel } from '../store/models.ts';
import { openFiles } from '../store/files/open-files.ts';
import { readSetLevels } from '../store/set-levels.ts';

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
      await sendResultFile({ db, config }, batch, name as FileName, res);
    },
  };
}

async function sendResultFile(
  { db, config }: Pick<Context, 'db' | 'config'>,
  batch: BatchRecord,
  name: FileName,
  res: Response,
): Promise<void> {
  const kind = fileNames[name];
  const path = join(config.uploadsDir, batchFile(batch, kind === 'rejected' ? 'rejected' : 'scored'));
  const finished = batch.state === 'done' || batch.state === 'failed';
  if (finished) await openFiles(config).bring(db, [path]);
  const exists = finished && (await stat(path).catch(() => null)) !== null;
  if (!exists) throw new NotFound('file: the batch is not finished, or it was deleted');
  const parts = [
    'churn-scores',
    (batch.finishedAt ?? batch.createdAt).slice(0, 10),
    kind === 'scored' ? '' : kind,
    `v${batch.modelId ?? ''}`,
  ];
  res.attachment(`${parts.filter(Boolean).join('_')}.csv`).type('text/csv');
  const left = await readDoNotContact(db);
  const onlyHigh = kind === 'high-risk';
  const set = await readSetLevels(db);
  const isAsWritten = kind === 'rejected' || (left.isEmpty && set.size === 0 && !onlyHigh);
  if (!isAsWritten) await pipeline(resultLines(path, { batch, onlyHigh, left, set }), res);
  else await pipeline(createReadStream(path), res);
}
