/** What has changed, for the first page: each kind of change is one entry. */
import type { Db } from '../../db.ts';
import { countWaiting } from '../actions/waiting.ts';
import { readLastFile } from './last-file.ts';
import { readMissing } from './missing.ts';
import { listReadableCampaigns } from './readable-campaigns.ts';
import { readScoredFiles } from './scored-files.ts';

/** Who looks, and when. */
export interface Look {
  readonly db: Db;
  readonly userId: number;
  /** The last visit; null: this is the first one. */
  readonly since: string | null;
  /** `2026-11-20`. */
  readonly today: string;
  /** Whether the sample's customers are those that are shown. */
  readonly includesSample: boolean;
  /** How many customers of the file before are not in this one; reads whole columns, in a task. */
  readonly countMissing: (batchId: number) => Promise<number>;
}

/** Null if the part could not be read. */
type PartReader = <T>(name: string, read: () => Promise<T>) => Promise<T | null>;

export async function readChanges(look: Look, orNull: PartReader) {
  const { db, userId, today } = look;
  return {
    files: await orNull('files', () => readScoredFiles(look)),
    missing: await orNull('missing', () => readMissing(look)),
    monitoring: await orNull('monitoring', () => readLastFile(look)),
    campaigns: await orNull('campaigns', () => listReadableCampaigns(look)),
    actions: await orNull('actions', () => countWaiting(db, userId, today)),
  };
}

/** Null: could not be read. Undefined: there is nothing. */
export type Changes = Awaited<ReturnType<typeof readChanges>>;
export type ChangeKind = keyof Changes;
