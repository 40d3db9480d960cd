/** Writes scores to a table in one transaction: those of a batch take the place of what was written of it before. */
import { AppError } from '../../errors.ts';
import type { Warehouse } from './client.ts';
import { CopyIn, copyLine } from './copy-in.ts';

/** A row of the table. */
export interface WrittenScore {
  readonly customer: string;
  readonly churnProbability: number;
  readonly riskLevel: string;
  readonly reasons: string;
  readonly action: string | null;
  readonly model: string;
  /** ISO 8601 */
  readonly scoredAt: string;
  readonly batch: number;
}

/** Bytes of one COPY, about. */
const copyBytes = 1 << 20;

export const scoreColumns = [
  'customer text',
  'churn_probability double precision',
  'risk_level text',
  'reasons text',
  'action text',
  'model text',
  'scored_at timestamp with time zone',
  'batch bigint',
] as const;

const names = scoreColumns.map((column) => column.split(' ')[0]!);

/**
 * `table`: quoted. The table is created where it is missing. Gives how many rows were written. If it throws, or the connection
 * is lost, the table is as it was before.
 */
export async function writeScores(
  warehouse: Warehouse,
  { table, batch }: { readonly table: string; readonly batch: number },
  scores: AsyncIterable<readonly WrittenScore[]>,
): Promise<number> {
  const { query, run, client } = warehouse;
  await query({ text: 'BEGIN' });
  // Two writers of the same table would see the same rows to replace.
  await query({ text: 'SELECT pg_advisory_xact_lock(hashtext($1))', values: [`holdfast ${table}`] });
  await createIfMissing(warehouse, table);
  await query({ text: `DELETE FROM ${table} WHERE batch = $1`, values: [batch] });
  let count = 0;
  for await (const portion of scores) {
    for (const lines of linesOf(portion)) {
      const copy = new CopyIn(`COPY ${table} (${names.join(', ')}) FROM STDIN`, Buffer.from(lines));
      client.query(copy);
      await run(() => copy.finished);
    }
    count += portion.length;
  }
  await query({ text: 'COMMIT' });
  return count;
}

function* linesOf(scores: readonly WrittenScore[]): Generator<string> {
  let lines = '';
  for (const one of scores) {
    const { customer, churnProbability, riskLevel, reasons, action, model, scoredAt, batch } = one;
    lines += copyLine([customer, churnProbability, riskLevel, reasons, action, model, scoredAt, batch]);
    if (lines.length < copyBytes) continue;
    yield lines;
    lines = '';
  }
  if (lines !== '') yield lines;
}

async function createIfMissing({ query }: Warehouse, table: string): Promise<void> {
  const { rows } = await query({ text: 'SELECT to_regclass($1)', values: [table], rowMode: 'array' });
  if ((rows[0] as readonly (string | null)[])[0] !== null) return;
  try {
    await query({ text: `CREATE TABLE ${table} (${scoreColumns.join(', ')})` });
    await query({ text: `CREATE INDEX ON ${table} (batch)` });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new AppError(
      422,
      'no-table',
      `The table does not exist and cannot be created. ${error.message} Let its owner create it with the columns ${scoreColumns.join(', ')}.`,
    );
  }
}
