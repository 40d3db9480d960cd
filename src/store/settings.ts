import type { Db } from '../db.ts';

/** The organisation's settings, kept in the database; each has a sensible default. */
export interface Settings {
  readonly organisation: string;
  /** ISO 4217. */
  readonly currency: string;
  /** IANA, such as Europe/Berlin. */
  readonly timeZone: string;
  /** Probability from which a customer counts as medium risk. */
  readonly mediumFrom: number;
  /** Probability from which a customer counts as high risk. */
  readonly highFrom: number;
  /** How many months of payment a kept customer is worth. */
  readonly valueMonths: number;
  /** What it costs to contact a customer, and what an offer costs that is taken up. */
  readonly contactCost: number;
  readonly offerCost: number;
  /** Share of contacted leavers who stay, in [0, 1]. */
  readonly saveRate: number;
  /** When the first administrator was created; null: not set up yet. */
  readonly setUpAt: string | null;
  /** How far the first start has come; see domain/first-start.ts. */
  readonly firstStart: 'open' | 'done';
}

export const defaultSettings: Settings = {
  organisation: 'Your organisation',
  currency: 'EUR',
  timeZone: 'UTC',
  mediumFrom: 0.3,
  highFrom: 0.6,
  valueMonths: 12,
  contactCost: 2,
  offerCost: 20,
  saveRate: 0.3,
  setUpAt: null,
  firstStart: 'open',
};

export async function getSettings(db: Db): Promise<Settings> {
  const rows = await db<{ key: string; value: string }>('settings').select('key', 'value');
  const saved = Object.fromEntries(rows.map(({ key, value }) => [key, JSON.parse(value) as unknown]));
  return { ...defaultSettings, ...saved };
}

export async function saveSettings(db: Db, change: Partial<Settings>): Promise<void> {
  const updatedAt = new Date().toISOString();
  const rows = Object.entries(change).map(([key, value]) => ({
    key,
    value: JSON.stringify(value),
    updated_at: updatedAt,
  }));
  if (rows.length > 0) await db('settings').insert(rows).onConflict('key').merge();
}
