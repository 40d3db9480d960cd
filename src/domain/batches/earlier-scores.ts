/**
 * Scores of batches that an earlier version stored as rows of `predictions` become score files. Runs at start, before
 * anything is read: one transaction a batch, so that a run that was ended goes on with the batch it was at.
 */
import { closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Context } from '../../context.ts';
import { inTransaction } from '../../db.ts';
import type { Db } from '../../db.ts';
import { privateFile } from '../../private-files.ts';
import { getBatch, updateBatch } from '../../store/batches.ts';
import type { BatchRecord } from '../../store/batches.ts';
import {
  deleteEarlierScores,
  describeEarlierScores,
  listEarlierActions,
  listEarlierBatches,
  listEarlierChallengers,
  saveEarlierIds,
  saveLatestRows,
  visitEarlierChallenges,
  visitEarlierScores,
} from '../../store/earlier-scores.ts';
import type { EarlierIds, EarlierScore } from '../../store/earlier-scores.ts';
import { findModel } from '../../store/models.ts';
import { encodeProbabilities } from '../../store/score-files/challengers.ts';
import { encodeGroup, encodeHeader } from '../../store/score-files/encoding.ts';
import type { ScoredFeature, ScoreFileHeader } from '../../store/score-files/group.ts';
import { challengerFile, scoreFile } from '../../store/score-files/names.ts';
import { compileRules } from '../retention/compiled-rules.ts';
import { createColumnsBuilder, keyOf } from './earlier-columns.ts';
import { createRecordFinder } from './record-finder.ts';

const rowsPerGroup = 16_384;
const rowsPerMessage = 100_000;

type Env = Pick<Context, 'db' | 'config' | 'log'>;

/** Does nothing where there are none, which is so from the second start on. */
export async function convertEarlierScores(env: Env): Promise<void> {
  for (const batchId of await listEarlierBatches(env.db)) await convertBatch(env, batchId);
}

async function convertBatch(env: Env, batchId: number): Promise<void> {
  const { db, log } = env;
  const batch = await getBatch(db, batchId);
  const { count, newestAt } = await describeEarlierScores(db, batchId);
  log.info({ batch: batchId, rows: count }, 'Converting the scores of an earlier version');
  const written = await writeScores(env, batch);
  for (const modelId of await listEarlierChallengers(db, batchId)) await writeChallenger(env, batch, modelId);
  await inTransaction(db, async (trx) => {
    // Another process may have converted it meanwhile.
    if ((await describeEarlierScores(trx, batchId)).count === 0) return;
    await updateBatch(trx, batchId, {
      scoreRows: count,
      scoreBytes: written.bytes,
      latestCount: written.latest.length,
      scoresAt: newestAt,
    });
    await saveLatestRows(trx, batchId, written.latest);
    await saveEarlierIds(trx, batchId, written.ids);
    await deleteEarlierScores(trx, batchId);
  });
  log.info({ batch: batchId, rows: count }, 'Converted the scores of an earlier version');
}

interface Written {
  readonly bytes: number;
  /** Rows of the score file that are their customer's latest score. */
  readonly latest: readonly number[];
  readonly ids: readonly EarlierIds[];
}

async function writeScores({ db, config, log }: Env, batch: BatchRecord): Promise<Written> {
  const header = await headerOf(db, batch);
  const builder = createColumnsBuilder(header);
  const records = createRecordFinder(join(config.uploadsDir, batch.file), batch.format.delimiter);
  const latest: number[] = [];
  const ids = createIdRuns();
  let row = 0;
  try {
    const bytes = await writeWhole(join(config.uploadsDir, scoreFile(batch.file)), async (append) => {
      append(encodeHeader(header));
      await visitEarlierScores(db, batch.id, (score) => {
        builder.add(score, records.find(score.rowNumber));
        ids.add(score.id, row);
        if (score.isLatest) latest.push(row);
        row++;
        if (builder.rowCount === rowsPerGroup) append(encodeGroup(builder.take()));
        if (row % rowsPerMessage === 0) log.info({ batch: batch.id, rows: row }, 'Converted so far');
      });
      if (builder.rowCount > 0) append(encodeGroup(builder.take()));
    });
    return { bytes, latest, ids: ids.runs };
  } finally {
    records.close();
  }
}

/** In the same groups. */
async function writeChallenger({ db, config }: Env, batch: BatchRecord, modelId: number): Promise<void> {
  let group: number[] = [];
  await writeWhole(join(config.uploadsDir, challengerFile(batch.file, modelId)), async (append) => {
    await visitEarlierChallenges(db, { batchId: batch.id, modelId }, (probability) => {
      group.push(probability);
      if (group.length < rowsPerGroup) return;
      append(encodeProbabilities(Float64Array.from(group)));
      group = [];
    });
    if (group.length > 0) append(encodeProbabilities(Float64Array.from(group)));
  });
}

/** Under a name of its own until it is complete. Gives how many bytes were appended. */
async function writeWhole(
  path: string,
  work: (append: (bytes: Buffer) => void) => Promise<void>,
): Promise<number> {
  const partial = `${path}.${process.pid}.tmp`;
  const file = openSync(partial, 'w', privateFile);
  let size = 0;
  try {
    await work((bytes) => {
      size += write(file, bytes);
    });
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(partial, path);
  return size;
}

function write(file: number, bytes: Buffer): number {
  for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written);
  return bytes.length;
}

/** Consecutive numbers in consecutive rows. */
function createIdRuns() {
  const runs: { readonly firstId: number; lastId: number; readonly firstRow: number }[] = [];
  return {
    runs,
    add: (id: number, row: number): void => {
      const last = runs.at(-1);
      if (last?.lastId === id - 1) last.lastId = id;
      else runs.push({ firstId: id, lastId: id, firstRow: row });
    },
  };
}

/** As the scoring of the batch would write it, so that a batch that was not finished can go on. */
async function headerOf(db: Db, batch: BatchRecord): Promise<ScoreFileHeader> {
  const model = batch.modelId === null ? undefined : await findModel(db, batch.modelId);
  const features = model?.schema.features ?? (await featuresSeen(db, batch.id));
  const compiled = model && batch.rules ? compileRules(batch.rules, model.schema.features).rules : [];
  const actions = compiled.map(({ id, action }) => ({ ruleId: id, action }));
  const known = new Set(actions.map(keyOf));
  const others = (await listEarlierActions(db, batch.id)).filter((action) => !known.has(keyOf(action)));
  return { features, actions: [...actions, ...others] };
}

/** Of a model that is gone: numbers are columns that hold nothing else. */
async function featuresSeen(db: Db, batchId: number): Promise<ScoredFeature[]> {
  const isNumber = new Map<string, boolean>();
  await visitEarlierScores(db, batchId, ({ inputs }: EarlierScore) => {
    for (const [name, value] of Object.entries(inputs))
      if (value !== null || !isNumber.has(name))
        isNumber.set(name, (isNumber.get(name) ?? true) && (value === null || typeof value === 'number'));
  });
  return [...isNumber].map(([name, isIt]) => ({ name, type: isIt ? 'number' : 'category', levels: [] }));
}
