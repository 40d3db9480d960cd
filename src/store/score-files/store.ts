/** Where scores are: single customers in the database, those of batches in files beside their uploads. */
import { join } from 'node:path';
import type { Db } from '../../db.ts';
import { scoreFile } from './names.ts';
import { openScoreFile } from './reader.ts';
import type { ScoreFile } from './reader.ts';

export interface ScoreStore {
  readonly db: Db;
  /** The folder of uploads. */
  readonly folder: string;
}

/** What of a batch its scores need to be read. */
export interface ScoredBatch {
  readonly id: number;
  readonly name: string;
  /** Of the upload, in the store's folder. */
  readonly file: string;
  readonly modelId: number | null;
  readonly modelLabel: string;
  readonly isSample: boolean;
  readonly scoreRows: number;
  readonly scoreBytes: number;
  readonly latestCount: number;
  /** When its rows became latest; null: not yet. */
  readonly scoresAt: string | null;
  /** What its rows show as their time: `scoresAt`, or when the batch was uploaded. */
  readonly createdAt: string;
}

/** The caller closes it. @throws DamagedRecord */
export function openScoresOf(
  { folder }: Pick<ScoreStore, 'folder'>,
  { file, scoreBytes }: Pick<ScoredBatch, 'file' | 'scoreBytes'>,
): ScoreFile {
  return openScoreFile(join(folder, scoreFile(file)), scoreBytes);
}
