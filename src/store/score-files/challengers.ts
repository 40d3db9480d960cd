/** Probabilities of a challenger, kept beside the scores of the batch in the same order. */
import { closeSync, existsSync, ftruncateSync, openSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { DamagedRecord } from '../../errors.ts';
import { privateFile } from '../../private-files.ts';
import { encodeChunk, openChunkFile } from './chunks.ts';
import type { InputColumn, ScoreFileHeader } from './group.ts';
import { challengerFile } from './names.ts';
import type { ScoreFile } from './reader.ts';
import { findScoredBatch, listScoredBatches, openIfThere } from './store.ts';
import type { ScoreStore, ScoredBatch } from './store.ts';

/** The inputs of a group of a batch's rows. */
export interface BatchInputs {
  readonly header: ScoreFileHeader;
  readonly rowCount: number;
  readonly inputs: readonly InputColumn[];
}

/** A challenger's file is written group by group; a run that was interrupted goes on after its last whole group. */
export interface ChallengerRun {
  /** Rows that are scored already. */
  readonly rowsDone: number;
  /** The next group to score; undefined: all are scored. */
  next(): BatchInputs | undefined;
  /** Probabilities of the group that `next` gave; NaN: the challenger cannot score the row. */
  append(probability: Float64Array): void;
  close(): void;
}

/** undefined: the batch or its scores are gone. */
export async function openChallengerRun(
  store: ScoreStore,
  batchId: number,
  modelId: number,
): Promise<ChallengerRun | undefined> {
  const batch = await findScoredBatch(store.db, batchId);
  const scores = batch && (await openIfThere(store, batch));
  if (!scores) return undefined;
  return createRun(scores, join(store.folder, challengerFile(batch.file, modelId)));
}

function createRun(scores: ScoreFile, path: string): ChallengerRun {
  const done = readProbabilities(path, scores);
  let group = done.length;
  let size = endsOf(scores)[group - 1] ?? 0;
  const descriptor = openSync(path, existsSync(path) ? 'r+' : 'w', privateFile);
  ftruncateSync(descriptor, size);
  return {
    get rowsDone() {
      return group === scores.groups.length ? scores.rowCount : scores.groups[group]!.firstRow;
    },
    next: () => {
      const place = scores.groups[group];
      if (!place) return undefined;
      const inputs = scores.header.features.map((_, feature) => scores.input(group, feature));
      return { header: scores.header, rowCount: place.rowCount, inputs };
    },
    append: (probability) => {
      const bytes = encodeProbabilities(probability);
      for (let written = 0; written < bytes.length;)
        written += writeSync(descriptor, bytes, written, bytes.length - written, size + written);
      size += bytes.length;
      group++;
    },
    close: () => {
      closeSync(descriptor);
      scores.close();
    },
  };
}

/** The bytes of a group; NaN: the challenger cannot score the row. */
export function encodeProbabilities(probability: Float64Array): Buffer {
  return encodeChunk({ kind: 'challenger' }, { probability });
}

/** Where each group ends in the file: a chunk of so many probabilities is always as long. */
function endsOf({ groups }: ScoreFile): number[] {
  let end = 0;
  return groups.map(({ rowCount }) => (end += encodeProbabilities(new Float64Array(rowCount)).length));
}

/** What a run has stored of whole groups; what was cut off or changed is scored again. */
function readProbabilities(path: string, scores: ScoreFile): Float64Array[] {
  if (!existsSync(path)) return [];
  const { size } = statSync(path);
  const bytes = endsOf(scores).findLast((end) => end <= size) ?? 0;
  const stored: Float64Array[] = [];
  try {
    const file = openChunkFile(path, bytes);
    try {
      for (const chunk of file.chunks) stored.push(file.read(chunk, 'probability', 'f64'));
    } finally {
      file.close();
    }
  } catch (error) {
    if (!(error instanceof DamagedRecord)) throw error;
  }
  return stored;
}

/** What a challenger gave the rows of a file, group by group as far as it came; NaN: it could not score the row. */
export function readChallengerScores(
  { folder }: Pick<ScoreStore, 'folder'>,
  batch: Pick<ScoredBatch, 'file'>,
  modelId: number,
  scores: ScoreFile,
): Float64Array[] {
  return readProbabilities(join(folder, challengerFile(batch.file, modelId)), scores);
}

/** Probabilities of the same rows, in the same order; none is NaN. */
export interface PairedScores {
  readonly champion: Float64Array;
  readonly challenger: Float64Array;
}

/** Both probabilities of the customers that a challenger scored, newest first. */
export async function listPairedScores(
  store: ScoreStore,
  modelId: number,
  limit: number,
): Promise<PairedScores> {
  const batches = await listScoredBatches(store.db, (query) => {
    void query.whereNull('scores_problem').clearOrder().orderBy('batches.id', 'desc');
  });
  const pairs = { champion: new Float64Array(limit), challenger: new Float64Array(limit), count: 0 };
  for (const batch of batches) {
    const path = join(store.folder, challengerFile(batch.file, modelId));
    if (pairs.count === limit || !existsSync(path)) continue;
    const scores = await openIfThere(store, batch);
    if (!scores) continue;
    try {
      readProbabilities(path, scores)
        .map((challenger, group) => ({ challenger, group }))
        .reverse()
        .forEach(({ challenger, group }) => {
          if (pairs.count < limit) addPairs(pairs, scores.column(group, 'probability'), challenger);
        });
    } finally {
      scores.close();
    }
  }
  const { champion, challenger, count } = pairs;
  return { champion: champion.subarray(0, count), challenger: challenger.subarray(0, count) };
}

function addPairs(
  pairs: PairedScores & { count: number },
  champion: Float64Array,
  challenger: Float64Array,
): void {
  for (let row = champion.length - 1; row >= 0 && pairs.count < pairs.champion.length; row--) {
    if (Number.isNaN(challenger[row]!)) continue;
    pairs.champion[pairs.count] = champion[row]!;
    pairs.challenger[pairs.count++] = challenger[row]!;
  }
}
