import type { Db } from '../db.ts';
import { NotFound } from '../errors.ts';

/** The plain shape of a rule as stored; domain/retention/matching.ts gives it meaning. */
export interface RuleRecord<Conditions = unknown> {
  readonly id: number;
  /** Lower comes first where savings are equal or unknown. */
  readonly position: number;
  readonly action: string;
  readonly why: string;
  readonly conditions: Conditions;
  /** What the action costs for one customer. */
  readonly cost: number;
  /** Share of customers who would have left and stay because of the action, 0 to 1. */
  readonly saveRate: number;
  readonly enabled: boolean;
  /** Came with Holdfast and has not been reviewed: it applies to customers of the sample only. */
  readonly isExample: boolean;
  readonly version: number;
}

export type NewRule = Omit<RuleRecord, 'id' | 'version'>;

interface RuleRow {
  id: number;
  position: number;
  action: string;
  why: string;
  conditions: string;
  cost: number;
  save_rate: number;
  enabled: number;
  is_example: number;
  version: number;
  updated_at: string;
}

/** In the order in which they apply. */
export async function listRules<Conditions>(db: Db): Promise<RuleRecord<Conditions>[]> {
  const rows = await db<RuleRow>('retention_rules').orderBy('position').orderBy('id');
  return rows.map((row) => toRule<Conditions>(row));
}

/** @throws NotFound */
export async function getRule<Conditions>(db: Db, id: number): Promise<RuleRecord<Conditions>> {
  const row = await db<RuleRow>('retention_rules').where({ id }).first();
  if (!row) throw new NotFound('rule');
  return toRule<Conditions>(row);
}

export async function insertRule(db: Db, rule: NewRule): Promise<number> {
  const [row] = await db<RuleRow>('retention_rules').insert(toColumns(rule)).returning('id');
  return row!.id;
}

export async function updateRule(db: Db, id: number, rule: NewRule): Promise<void> {
  await db('retention_rules')
    .where({ id })
    .update({ ...toColumns(rule), version: db.raw('version + 1') });
}

export async function deleteRule(db: Db, id: number): Promise<void> {
  await db('retention_rules').where({ id }).delete();
}

function toColumns(rule: NewRule) {
  return {
    position: rule.position,
    action: rule.action,
    why: rule.why,
    conditions: JSON.stringify(rule.conditions),
    cost: rule.cost,
    save_rate: rule.saveRate,
    enabled: Number(rule.enabled),
    is_example: Number(rule.isExample),
    updated_at: new Date().toISOString(),
  };
}

function toRule<Conditions>(row: RuleRow): RuleRecord<Conditions> {
  return {
    id: row.id,
    position: row.position,
    action: row.action,
    why: row.why,
    conditions: JSON.parse(row.conditions) as Conditions,
    cost: row.cost,
    saveRate: row.save_rate,
    enabled: Boolean(row.enabled),
    isExample: Boolean(row.is_example),
    version: row.version,
  };
}
