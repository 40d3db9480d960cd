/** The files of a scored batch as they are sent: with who must not be contacted, and with levels that people have set since. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../../config.ts';
import type { Db } from '../../db.ts';
import { NotFound } from '../../errors.ts';
import type { BatchRecord } from '../../store/batches.ts';
import { openFiles } from '../../store/files/open-files.ts';
import { readSetLevels } from '../../store/set-levels.ts';
import { readDoNotContact } from '../campaigns/do-not-contact.ts';
import { batchFile } from './files.ts';
import { resultLines } from './result-lines.ts';

export type SentKind = 'scored' | 'high-risk' | 'rejected';

export interface SentFile {
  readonly name: string;
  readonly parts: Iterable<Buffer> | AsyncIterable<Buffer>;
}

/** @throws NotFound while the batch is not finished, and where the file was deleted */
export async function openSentFile(
  env: { readonly db: Db; readonly config: Config },
  batch: BatchRecord,
  kind: SentKind,
): Promise<SentFile> {
  const path = await bringFile(env, batch, kind);
  const left = await readDoNotContact(env.db);
  const set = await readSetLevels(env.db);
  const onlyHigh = kind === 'high-risk';
  const isAsWritten = kind === 'rejected' || (left.isEmpty && set.size === 0 && !onlyHigh);
  return {
    name: nameOf(batch, kind),
    parts: isAsWritten ? createReadStream(path) : resultLines(path, { batch, onlyHigh, left, set }),
  };
}

async function bringFile(
  { db, config }: { readonly db: Db; readonly config: Config },
  batch: BatchRecord,
  kind: SentKind,
): Promise<string> {
  const path = join(config.uploadsDir, batchFile(batch, kind === 'rejected' ? 'rejected' : 'scored'));
  const finished = batch.state === 'done' || batch.state === 'failed';
  if (finished) await openFiles(config).bring(db, [path]);
  const exists = finished && (await stat(path).catch(() => null)) !== null;
  if (!exists) throw new NotFound('file: the batch is not finished, or it was deleted');
  return path;
}

function nameOf({ finishedAt, createdAt, modelId }: BatchRecord, kind: SentKind): string {
  const day = (finishedAt ?? createdAt).slice(0, 10);
  const parts = ['churn-scores', day, kind === 'scored' ? '' : kind, `v${modelId ?? ''}`];
  return `${parts.filter(Boolean).join('_')}.csv`;
}
