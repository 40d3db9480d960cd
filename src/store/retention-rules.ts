import { z } from 'zod';
import type { Db, StoredBoolean } from '../db.ts';
import { isoTimeOf } from '../db/clock.ts';
import { NotFound } from '../errors.ts';
import { readJson } from './json.ts';
import type { Stored } from './json.ts';
import { Conditions } from './rule-conditions.ts';

/** A rule, also as a batch keeps it. */
export const StoredRule = z.object({
  id: z.int(),
  /** Lower comes first where savings are equal or unknown. */
  position: z.number().default(0),
  action: z.string(),
  why: z.string().default(''),
  /** How the customer is reached, such as 'Email'; '': the rule does not say. */
  channel: z.string().default(''),
  /** What to say to the customer; '': the rule does not say. */
  message: z.string().default(''),
  conditions: Conditions,
  /** What the action costs for one customer. */
  cost: z.number(),
  /** Share of customers who would have left and stay because of the action, 0 to 1. */
  saveRate: z.number(),
  enabled: z.boolean().default(true),
  /** The first and the last day of the rule, `2026-11-20`; null: it has none. */
  validFrom: z.string().nullable().default(null),
  validTo: z.string().nullable().default(null),
  /** Came with Holdfast and has not been reviewed: it applies to customers of the sample only. */
  isExample: z.boolean().default(false),
  version: z.int().default(1),
});
export type RuleRecord = Stored<z.infer<typeof StoredRule>>;

export type NewRule = Omit<RuleRecord, 'id' | 'version'>;

interface RuleRow {
  id: number;
  position: number;
  action: string;
  why: string;
  channel: string;
  message: string;
  conditions: string;
  cost: number;
  save_rate: number;
  enabled: StoredBoolean;
  valid_from: string | null;
  valid_to: string | null;
  is_example: StoredBoolean;
  version: number;
  updated_at: string;
}

/** In the order in which they apply. */
export async function listRules(db: Db): Promise<RuleRecord[]> {
  const rows = await db<RuleRow>('retention_rules').orderBy('position').orderBy('id');
  return rows.map(toRule);
}

/** @throws NotFound */
export async function getRule(db: Db, id: number): Promise<RuleRecord> {
  const row = await db<RuleRow>('retention_rules').where({ id }).first();
  if (!row) throw new NotFound('rule');
  return toRule(row);
}

export async function insertRule(db: Db, rule: NewRule): Promise<number> {
  const [row] = await db<RuleRow>('retention_rules')
    .insert(await toColumns(db, rule))
    .returning('id');
  return row!.id;
}

/** One that was removed, with the number that it had. */
export async function restoreRule(db: Db, rule: RuleRecord): Promise<void> {
  const { id, version } = rule;
  await db('retention_rules').insert({ ...(await toColumns(db, rule)), id, version: version + 1 });
}

export async function updateRule(db: Db, id: number, rule: NewRule): Promise<void> {
  await db('retention_rules')
    .where({ id })
    .update({ ...(await toColumns(db, rule)), version: db.raw('version + 1') });
}

/** Those that rules name, in the order of the alphabet. */
export async function listChannels(db: Db): Promise<string[]> {
  return db<RuleRow>('retention_rules')
    .distinct()
    .whereNot('channel', '')
    .orderBy('channel')
    .pluck('channel');
}

export async function deleteRule(db: Db, id: number): Promise<void> {
  await db('retention_rules').where({ id }).delete();
}

async function toColumns(db: Db, rule: NewRule) {
  return {
    position: rule.position,
    action: rule.action,
    why: rule.why,
    channel: rule.channel,
    message: rule.message,
    conditions: JSON.stringify(rule.conditions),
    cost: rule.cost,
    save_rate: rule.saveRate,
    enabled: rule.enabled,
    valid_from: rule.validFrom,
    valid_to: rule.validTo,
    is_example: rule.isExample,
    updated_at: await isoTimeOf(db),
  };
}

function toRule(row: RuleRow): RuleRecord {
  return {
    id: row.id,
    position: row.position,
    action: row.action,
    why: row.why,
    channel: row.channel,
    message: row.message,
    conditions: readJson(Conditions, row.conditions, `conditions of retention rule ${row.id}`),
    cost: row.cost,
    saveRate: row.save_rate,
    enabled: Boolean(row.enabled),
    validFrom: row.valid_from,
    validTo: row.valid_to,
    isExample: Boolean(row.is_example),
    version: row.version,
  };
}
