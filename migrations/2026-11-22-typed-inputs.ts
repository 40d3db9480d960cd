/**
 * What a prediction's model was told becomes what it was read as: numbers, levels as the model calls them, ISO dates
 * and null for what is not known, where the text of the file stood before. The reasons and the known customers of
 * promotion tests follow.
 */
import type { Knex } from 'knex';
import { addRow, clearRows, createRowBatch, lastRow } from '../src/ml/data/row-reader.ts';
import type { RowBatch } from '../src/ml/data/row-reader.ts';
import type { Schema } from '../src/ml/data/schema.ts';
import { isBlank } from '../src/ml/data/values.ts';
import type { CellValue, DecimalSign } from '../src/ml/data/values.ts';

type Inputs = Record<string, CellValue>;

interface StoredRow {
  readonly id: number;
  readonly model_id: number | null;
  readonly batch_id: number | null;
  readonly inputs: string;
  readonly reasons: string;
}

interface Reasons {
  readonly strongest: readonly { readonly feature: string; readonly value: CellValue }[];
}

const rowsAtOnce = 200;

export async function up(db: Knex): Promise<void> {
  const readers = await createReaders(db);
  const decimals = await decimalSigns(db);
  await rewrite(db, (row) => {
    const decimal = decimals.get(row.batch_id ?? 0) ?? '.';
    const inputs = read(JSON.parse(row.inputs) as Inputs, readers.get(row.model_id ?? 0), decimal);
    const reasons = JSON.parse(row.reasons) as Reasons;
    const strongest = reasons.strongest.map((reason) => ({
      ...reason,
      value: Object.hasOwn(inputs, reason.feature) ? inputs[reason.feature]! : plain(reason.value, decimal),
    }));
    return { inputs, reasons: { ...reasons, strongest } };
  });
  await rewriteKnownCustomers(db, (value) => plain(value, '.'));
}

export async function down(db: Knex): Promise<void> {
  await rewrite(db, (row) => {
    const inputs = mapValues(JSON.parse(row.inputs) as Inputs, asText);
    const reasons = JSON.parse(row.reasons) as Reasons;
    const strongest = reasons.strongest.map((reason) => ({ ...reason, value: asText(reason.value) }));
    return { inputs, reasons: { ...reasons, strongest } };
  });
  await rewriteKnownCustomers(db, asText);
}

/** Piece by piece: a database may hold millions of predictions. */
async function rewrite(
  db: Knex,
  change: (row: StoredRow) => { readonly inputs: object; readonly reasons: object },
): Promise<void> {
  for (let after = 0; ;) {
    const rows = await db<StoredRow>('predictions')
      .where('id', '>', after)
      .orderBy('id')
      .limit(rowsAtOnce)
      .select('id', 'model_id', 'batch_id', 'inputs', 'reasons');
    const last = rows.at(-1);
    if (!last) return;
    const changed = rows.flatMap((row) => {
      const { inputs, reasons } = change(row);
      return [row.id, JSON.stringify(inputs), JSON.stringify(reasons)];
    });
    const places = rows.map(() => '(CAST(? AS INTEGER), ?, ?)').join(', ');
    await db.raw(
      `WITH changed (id, inputs, reasons) AS (VALUES ${places})
       UPDATE predictions SET inputs = changed.inputs, reasons = changed.reasons
       FROM changed WHERE predictions.id = changed.id`,
      changed,
    );
    after = last.id;
  }
}

/** A known customer is not tied to a model: only what is clearly a number becomes one. */
async function rewriteKnownCustomers(db: Knex, change: (value: CellValue) => CellValue): Promise<void> {
  const tests = await db<{ id: number; definition: string }>('promotion_tests').select('id', 'definition');
  for (const { id, definition } of tests) {
    const test = JSON.parse(definition) as { readonly kind: string; readonly inputs?: Inputs };
    if (test.kind !== 'golden' || !test.inputs) continue;
    const inputs = mapValues(test.inputs, change);
    await db('promotion_tests')
      .where({ id })
      .update({ definition: JSON.stringify({ ...test, inputs }) });
  }
}

async function createReaders(db: Knex): Promise<ReadonlyMap<number, RowBatch>> {
  const models = await db<{ id: number; schema: string }>('models').select('id', 'schema');
  return new Map(
    models.map(({ id, schema }) => [id, createRowBatch((JSON.parse(schema) as Schema).features, 1)]),
  );
}

async function decimalSigns(db: Knex): Promise<ReadonlyMap<number, DecimalSign>> {
  const batches = await db<{ id: number; format: string }>('batches').select('id', 'format');
  return new Map(
    batches.map(({ id, format }) => [id, (JSON.parse(format) as { decimal: DecimalSign }).decimal]),
  );
}

function read(inputs: Inputs, reader: RowBatch | undefined, decimal: DecimalSign): Inputs {
  const others = mapValues(inputs, (value) => plain(value, decimal));
  if (!reader) return others;
  clearRows(reader);
  const cells = reader.features.map(({ name }) => (Object.hasOwn(inputs, name) ? inputs[name] : undefined));
  addRow(reader, cells, decimal);
  return { ...others, ...lastRow(reader) };
}

/** Where nothing tells what a column is: digits are a number; groups, currencies and leading zeros stay text. */
function plain(value: CellValue, decimal: DecimalSign): CellValue {
  if (typeof value !== 'string') return value;
  if (isBlank(value)) return null;
  const isNumber = plainNumbers[decimal].test(value);
  return isNumber ? Number(value.replace(',', '.')) : value;
}

const plainNumbers = {
  '.': /^-?(0|[1-9]\d{0,14})(\.\d+)?$/,
  ',': /^-?(0|[1-9]\d{0,14})(,\d+)?$/,
} as const;

function asText(value: CellValue): string {
  return value === null ? '' : String(value);
}

function mapValues(inputs: Inputs, change: (value: CellValue) => CellValue): Inputs {
  return Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, change(value)]));
}
