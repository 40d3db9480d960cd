/** All retention rules as they were after each change. */
import { z } from 'zod';
import type { Db } from '../db.ts';
import { isoTimeOf } from '../db/clock.ts';
import { NotFound } from '../errors.ts';
import { readJson } from './json.ts';
import { StoredRule } from './retention-rules.ts';
import type { RuleRecord } from './retention-rules.ts';

export interface RuleVersion {
  /** From 1. */
  readonly number: number;
  readonly rules: readonly RuleRecord[];
  /** The version that was gone back to; null: rules were changed. */
  readonly restored: number | null;
  /** Null: a person who is gone, or nobody, as with the rules that a database began with. */
  readonly userName: string | null;
  readonly createdAt: string;
}

export type NewVersion = Pick<RuleVersion, 'rules' | 'restored'> & { readonly userId: number | null };

interface VersionRow {
  number: number;
  rules: string;
  restored: number | null;
  user_name: string | null;
  created_at: string;
}

/** Of the rules as they are. Nothing is stored before their first change: until then they are version 1. */
export async function currentRuleVersion(db: Db): Promise<number> {
  return (await newest(db)) ?? 1;
}

export async function hasRuleVersions(db: Db): Promise<boolean> {
  return (await newest(db)) !== null;
}

/** Call in the transaction that changes the rules. */
export async function insertRuleVersion(trx: Db, version: NewVersion): Promise<void> {
  await trx('rule_versions').insert({
    number: ((await newest(trx)) ?? 0) + 1,
    rules: JSON.stringify(version.rules),
    restored: version.restored,
    user_id: version.userId,
    created_at: await isoTimeOf(trx),
  });
}

/** The newest first, from `before` downwards; null: from the newest. */
export async function listRuleVersions(
  db: Db,
  { before, limit }: { readonly before: number | null; readonly limit: number },
): Promise<RuleVersion[]> {
  const query = selected(db).orderBy('number', 'desc').limit(limit);
  if (before !== null) void query.where('number', '<', before);
  return ((await query) as VersionRow[]).map(toVersion);
}

/** @throws NotFound */
export async function getRuleVersion(db: Db, number: number): Promise<RuleVersion> {
  const row = (await selected(db).where({ number }).first()) as VersionRow | undefined;
  if (!row) throw new NotFound('version of the rules');
  return toVersion(row);
}

async function newest(db: Db): Promise<number | null> {
  const row = await db('rule_versions').max({ number: 'number' }).first<{ number: number | null }>();
  return row.number;
}

function selected(db: Db) {
  return db('rule_versions')
    .leftJoin('users', 'users.id', 'user_id')
    .select(
      'number',
      'rules',
      'restored',
      'users.name as user_name',
      'rule_versions.created_at as created_at',
    );
}

function toVersion(row: VersionRow): RuleVersion {
  return {
    number: row.number,
    rules: readJson(z.array(StoredRule), row.rules, `version ${row.number} of the retention rules`),
    restored: row.restored,
    userName: row.user_name,
    createdAt: row.created_at,
  };
}
