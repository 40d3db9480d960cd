import { z } from 'zod';
import type { Db, StoredBoolean } from '../db.ts';
import { isoTimeOf } from '../db/clock.ts';
import { NotFound } from '../errors.ts';
import { readJson } from './json.ts';

/** The domain knows the kinds. */
const Definition = z.looseObject({ kind: z.string() });

export interface PromotionTestRecord {
  readonly id: number;
  readonly name: string;
  /** JSON: domain's TestDefinition. */
  readonly definition: unknown;
  readonly enabled: StoredBoolean;
  readonly createdAt: string;
}

interface PromotionTestRow {
  id: number;
  name: string;
  definition: string;
  enabled: StoredBoolean;
  created_by: number | null;
  created_at: string;
}

export async function listPromotionTests(db: Db): Promise<PromotionTestRecord[]> {
  const rows = await db<PromotionTestRow>('promotion_tests').orderBy('id');
  return rows.map(toTest);
}

/** @throws NotFound */
export async function getPromotionTest(db: Db, id: number): Promise<PromotionTestRecord> {
  const row = await db<PromotionTestRow>('promotion_tests').where({ id }).first();
  if (!row) throw new NotFound('promotion test');
  return toTest(row);
}

export async function insertPromotionTest(
  db: Db,
  test: Pick<PromotionTestRecord, 'name' | 'definition' | 'enabled'> & { readonly createdBy: number },
): Promise<number> {
  const [row] = await db<PromotionTestRow>('promotion_tests')
    .insert({
      name: test.name,
      definition: JSON.stringify(test.definition),
      enabled: test.enabled,
      created_by: test.createdBy,
      created_at: await isoTimeOf(db),
    })
    .returning('id');
  return row!.id;
}

export async function updatePromotionTest(
  db: Db,
  id: number,
  test: Pick<PromotionTestRecord, 'name' | 'definition' | 'enabled'>,
): Promise<void> {
  await db('promotion_tests')
    .where({ id })
    .update({
      name: test.name,
      definition: JSON.stringify(test.definition),
      enabled: test.enabled,
    });
}

export async function deletePromotionTest(db: Db, id: number): Promise<void> {
  await db('promotion_tests').where({ id }).delete();
}

function toTest(row: PromotionTestRow): PromotionTestRecord {
  return {
    id: row.id,
    name: row.name,
    definition: readJson(Definition, row.definition, `definition of promotion test ${row.id}`),
    enabled: Boolean(row.enabled),
    createdAt: row.created_at,
  };
}
