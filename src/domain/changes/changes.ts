/** What has changed, for the first page: each kind of change is one entry. */
import { countOpenRaised } from '../../store/alerts.ts';
import { countWaiting } from '../actions/waiting.ts';
import { readLastFile } from './last-file.ts';
import type { Look } from './look.ts';
import { readMissing } from './missing.ts';
import { readMovedCustomers } from './moved-customers.ts';
import { listReadableCampaigns } from './readable-campaigns.ts';
import { readScoredFiles } from './scored-files.ts';

/** Null if the part could not be read. */
type PartReader = <T>(name: string, read: () => Promise<T>) => Promise<T | null>;

interface Readers {
  readonly quick: PartReader;
  /** Of what reads whole columns: it may be late. */
  readonly figure: PartReader;
}

export async function readChanges(look: Look, { quick: orNull, figure }: Readers) {
  const { db, userId, today } = look;
  // It begins at once, and the others do not wait for it.
  const moved = figure('moved', () => readMovedCustomers(look));
  return {
    alerts: await orNull('alerts', () => countOpenRaised(db)),
    files: await orNull('files', () => readScoredFiles(look)),
    moved: await moved,
    missing: await orNull('missing', () => readMissing(look)),
    monitoring: await orNull('monitoring', () => readLastFile(look)),
    campaigns: await orNull('campaigns', () => listReadableCampaigns(look)),
    actions: await orNull('actions', () => countWaiting(db, userId, today)),
  };
}

/** Null: could not be read. Undefined: there is nothing. */
export type Changes = Awaited<ReturnType<typeof readChanges>>;
export type ChangeKind = keyof Changes;
