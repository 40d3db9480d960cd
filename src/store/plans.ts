/** Plans for a budget: asked for by a person, made by a job, and kept as they were made. */
import { isoTimeOf } from '../db/clock.ts';
import type { Db } from '../db.ts';
import { NotFound } from '../errors.ts';
import { Filter } from './campaigns.ts';
import type { CampaignFilter } from './campaigns.ts';
import { readJson, readJsonOrNull } from './json.ts';
import { PlanResult, PlanTerms } from './plan-documents.ts';

/** `working`: a job makes it. */
export type PlanState = 'working' | 'ready' | 'failed';

export interface NewPlan {
  readonly name: string;
  readonly filter: CampaignFilter;
  readonly terms: PlanTerms;
}

export interface Plan extends NewPlan {
  readonly id: number;
  readonly state: PlanState;
  /** Null until it is ready. */
  readonly result: PlanResult | null;
  /** Why it could not be made. */
  readonly error: string | null;
  readonly createdAt: string;
  readonly finishedAt: string | null;
}

interface PlanRow {
  id: number;
  state: PlanState;
  name: string;
  filter: string;
  terms: string;
  result: string | null;
  error: string | null;
  created_by: number | null;
  created_at: string;
  finished_at: string | null;
}

/** Newest first. */
export async function listPlans(db: Db): Promise<Plan[]> {
  const rows = await db<PlanRow>('plans').orderBy('id', 'desc');
  return rows.map(toPlan);
}

/** @throws NotFound */
export async function getPlan(db: Db, id: number): Promise<Plan> {
  const row = await db<PlanRow>('plans').where({ id }).first();
  if (!row) throw new NotFound('plan');
  return toPlan(row);
}

export async function insertPlan(db: Db, { name, filter, terms }: NewPlan, userId: number): Promise<number> {
  const [row] = await db<PlanRow>('plans')
    .insert({
      state: 'working',
      name,
      filter: JSON.stringify(filter),
      terms: JSON.stringify(terms),
      created_by: userId,
      created_at: await isoTimeOf(db),
    })
    .returning('id');
  return row!.id;
}

export async function endPlan(db: Db, id: number, result: PlanResult): Promise<void> {
  await db('plans')
    .where({ id })
    .update({ state: 'ready', result: JSON.stringify(result), finished_at: await isoTimeOf(db) });
}

export async function failPlan(db: Db, id: number, error: string): Promise<void> {
  await db('plans').where({ id, state: 'working' }).update({ state: 'failed', error });
}

/** With its members; false: it is being made. */
export async function deletePlan(db: Db, id: number): Promise<boolean> {
  return (await db('plans').where({ id }).whereNot('state', 'working').delete()) > 0;
}

function toPlan(row: PlanRow): Plan {
  return {
    id: row.id,
    state: row.state,
    name: row.name,
    filter: readJson(Filter, row.filter, `filter of plan ${row.id}`),
    terms: readJson(PlanTerms, row.terms, `terms of plan ${row.id}`),
    result: readJsonOrNull(PlanResult, row.result, `result of plan ${row.id}`),
    error: row.error,
    createdAt: row.created_at,
    finishedAt: row.finished_at,
  };
}
