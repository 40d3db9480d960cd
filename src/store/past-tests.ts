/** Randomised tests of the past, each read from a dataset. */
import { isoTimeOf } from '../db/clock.ts';
import type { Db } from '../db.ts';
import { NotFound } from '../errors.ts';
import { readJsonOrNull } from './json.ts';
import { PastTestChoice, PastTestFindings } from './past-test-documents.ts';

/** `open`: nobody has said yet what its columns are; `reading`: a job is at it. */
export type PastTestState = 'open' | 'reading' | 'done' | 'failed';

export interface PastTest {
  readonly id: number;
  readonly datasetId: number;
  /** The dataset's. */
  readonly name: string;
  readonly state: PastTestState;
  readonly choice: PastTestChoice | null;
  readonly findings: PastTestFindings | null;
  readonly error: string | null;
  readonly createdAt: string;
}

interface PastTestRow {
  id: number;
  dataset_id: number;
  name: string;
  state: PastTestState;
  choice: string | null;
  findings: string | null;
  error: string | null;
  created_at: string;
}

export async function insertPastTest(db: Db, datasetId: number, userId: number): Promise<number> {
  const [row] = await db<PastTestRow & { created_by: number }>('past_tests')
    .insert({ dataset_id: datasetId, state: 'open', created_by: userId, created_at: await isoTimeOf(db) })
    .returning('id');
  return row!.id;
}

/** Newest first. */
export async function listPastTests(db: Db): Promise<PastTest[]> {
  const rows = await withName(db).orderBy('past_tests.id', 'desc');
  return rows.map(toPastTest);
}

export async function countPastTestsOf(db: Db, datasetId: number): Promise<number> {
  const row = await db('past_tests').where({ dataset_id: datasetId }).count({ count: '*' }).first();
  return Number(row?.count ?? 0);
}

/** @throws NotFound */
export async function getPastTest(db: Db, id: number): Promise<PastTest> {
  const row = await withName(db).where('past_tests.id', id).first();
  if (!row) throw new NotFound('past test');
  return toPastTest(row);
}

/** False: it is being read. */
export async function beginReading(db: Db, id: number, choice: PastTestChoice): Promise<boolean> {
  const change = { state: 'reading', choice: JSON.stringify(choice), findings: null, error: null };
  return (await db('past_tests').where({ id }).whereNot({ state: 'reading' }).update(change)) > 0;
}

export async function storeFindings(db: Db, id: number, findings: PastTestFindings): Promise<void> {
  await db('past_tests')
    .where({ id })
    .update({ state: 'done', findings: JSON.stringify(findings) });
}

export async function failReading(db: Db, id: number, error: string): Promise<void> {
  await db('past_tests').where({ id, state: 'reading' }).update({ state: 'failed', error });
}

/** False: it is being read. */
export async function deletePastTest(db: Db, id: number): Promise<boolean> {
  return (await db('past_tests').where({ id }).whereNot({ state: 'reading' }).delete()) > 0;
}

function withName(db: Db) {
  return db('past_tests')
    .join('datasets', 'datasets.id', 'past_tests.dataset_id')
    .select<PastTestRow[]>('past_tests.*', 'datasets.name');
}

function toPastTest(row: PastTestRow): PastTest {
  const of = (column: string): string => `${column} of past test ${row.id}`;
  return {
    id: row.id,
    datasetId: row.dataset_id,
    name: row.name,
    state: row.state,
    choice: readJsonOrNull(PastTestChoice, row.choice, of('choice')),
    findings: readJsonOrNull(PastTestFindings, row.findings, of('findings')),
    error: row.error,
    createdAt: row.created_at,
  };
}
