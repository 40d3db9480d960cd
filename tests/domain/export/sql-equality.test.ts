/** Exported SQL against Holdfast's own scores, over rows as odd as tables have them. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findPostgres } from '../../../scripts/find-postgres.js';
import { sqlExport } from '../../../src/domain/export/sql/script.ts';
import { riskLevelOf } from '../../../src/domain/risk/levels.ts';
import { noteWords } from '../../../src/domain/scoring/explanations.ts';
import { labelOf } from '../../../src/domain/csv/column-names.ts';
import { familyNames } from '../../../src/ml/families.ts';
import type { FamilyName } from '../../../src/ml/families.ts';
import { addRow, createRowBatch, toTable } from '../../../src/ml/data/row-reader.ts';
import type { Policy } from '../../../src/ml/data/schema.ts';
import { predictModel, scoreModel } from '../../../src/ml/model/model.ts';
import type { Model } from '../../../src/ml/model/model.ts';
import { awkwardColumns, awkwardRows } from '../../helpers/awkward-customers.ts';
import { awkwardBlend, awkwardModels, calibrations, withPairs } from '../../helpers/awkward-models.ts';
import { startPostgres } from '../../helpers/postgres-server.ts';
import type { PostgresServer } from '../../helpers/postgres-server.ts';
import { runInDuckDb, runInPostgres, runInSqlite } from '../../helpers/sql-engines.ts';
import type { CustomerTable, SqlRun } from '../../helpers/sql-engines.ts';

const levels = { mediumFrom: 0.3, highFrom: 0.6 };
const texts = awkwardRows(10_000);
const asText: CustomerTable = {
  columns: [['id', 'TEXT'], ...awkwardColumns.map((name) => [name, 'TEXT'] as const)],
  rows: texts.map((row, i) => [String(i), ...row]),
};

const bin = findPostgres();
let server: PostgresServer | undefined;
let models: Readonly<Record<FamilyName, Model>>;
beforeAll(async () => {
  models = awkwardModels();
  if (bin) server = await startPostgres(bin);
});
afterAll(() => server?.stop());

const engines = {
  sqlite: (script: string, table: CustomerTable): Promise<SqlRun> =>
    Promise.resolve(runInSqlite(script, table)),
  duckdb: runInDuckDb,
  postgres: (script: string, table: CustomerTable): Promise<SqlRun> =>
    runInPostgres(server!.url, script, table),
};
/** Without PostgreSQL its tests are left out; scripts/ensure-test-programs.js says so. */
const present = (['sqlite', 'duckdb', 'postgres'] as const).filter((name) => name !== 'postgres' || bin);

describe.each(present)('a view in %s', (dialect) => {
  const run = (model: Model, table = asText): Promise<SqlRun> =>
    engines[dialect](
      sqlExport({ model, label: 'Model 1', dialect, table: 'customers', key: null, levels }),
      table,
    );

  it.each(familyNames)('of %s has the scores, levels and notes of Holdfast', async (family) => {
    expectSame(await run(models[family]), models[family]);
  });

  it('of a blend with an isotonic calibration does, too', async () => {
    const blend = awkwardBlend(Object.values(models), calibrations.isotonic);
    expectSame(await run(blend), blend);
  });

  it('with interactions does, too', async () => {
    const paired = withPairs(models.logistic);
    expectSame(await run(paired), paired);
  });

  it("with Platt's calibration does, too", async () => {
    const calibrated = { ...models.logistic, calibration: calibrations.platt };
    expectSame(await run(calibrated), calibrated);
  });

  it.each([
    ['typical values and limits', { missing: 'typical', unseen: 'missing', outOfRange: 'clip' }],
    ['refusals', { missing: 'refuse', unseen: 'refuse', outOfRange: 'refuse' }],
  ] as const)('follows policies: %s', async (_words, policy: Policy) => {
    const { schema, ...others } = models.logistic;
    const features = schema.features.map((feature) => ({ ...feature, policy }));
    const strict = { ...others, schema: { ...schema, features } };
    expectSame(await run(strict), strict);
  });

  it('names the strongest reason where reasons add up', async () => {
    const { rows } = await run(models.logistic);
    const { table, places } = ownScores(models.logistic);
    const { explanation } = scoreModel(models.logistic, table);
    for (const { id, strongest_reason: reason } of rows) {
      const place = places.get(Number(id));
      if (place === undefined) continue;
      const points = explanation.contributions.subarray(
        place * explanation.featureCount,
        (place + 1) * explanation.featureCount,
      );
      const sizes = Array.from(points, Math.abs);
      const strongest = sizes.indexOf(Math.max(...sizes));
      expect(reason!.startsWith(`${labelOf(models.logistic.schema.features[strongest]!.name)} is `)).toBe(
        true,
      );
      expect(reason!.endsWith(points[strongest]! > 0 ? ': raises risk' : ': lowers risk')).toBe(true);
    }
    expect((await run(models['logit-leaf'])).rows[0]).not.toHaveProperty('strongest_reason');
  });
});

it.each(present.filter((name) => name !== 'sqlite'))(
  'reads columns of numbers, dates and truth values as their text in a file, in %s',
  async (dialect) => {
    const types = ['INTEGER', 'DECIMAL(18, 2)', 'DATE', 'VARCHAR', 'FLOAT8', 'BOOLEAN', 'FLOAT8'];
    const columns = awkwardColumns.map((name, j) => [name, types[j]!] as const);
    const rows = Array.from({ length: 500 }, (_, i) => [
      String(i),
      i % 7 === 0 ? null : String(i % 80),
      String((i * 37) % 100),
      i % 11 === 0 ? null : `2021-0${1 + (i % 9)}-1${i % 10}`,
      'Basic',
      String([1, 2, 10, -3][i % 4]),
      i % 2 === 0 ? 'true' : 'false',
      i % 5 === 0 ? null : String(i / 7),
    ]);
    const model = models.boosting;
    const script = sqlExport({ model, label: 'm', dialect, table: 'customers', key: 'id', levels });
    const { rows: scored } = await engines[dialect](script, {
      columns: [['id', 'INTEGER'], ...columns],
      rows,
    });
    const own = ownScores(
      model,
      rows.map((row) => row.slice(1)),
    );
    expect(scored).toHaveLength(500);
    for (const { id, churn_probability: p } of scored)
      expect(Math.abs(p! - own.probabilities[own.places.get(Number(id))!]!)).toBeLessThan(1e-9);
  },
);

/** Rows that can be scored, with their places among the probabilities. */
function ownScores(model: Model, rows: readonly (readonly (string | null)[])[] = texts) {
  const { features } = model.schema;
  const order = features.map(({ name }) => awkwardColumns.findIndex((column) => column === name));
  const batch = createRowBatch(features, rows.length);
  const places = new Map<number, number>();
  const notes = rows.map((row, i) => {
    const reading = addRow(
      batch,
      order.map((j) => row[j] ?? undefined),
      '.',
    );
    if (reading.problems.length === 0) places.set(i, batch.rowCount - 1);
    return reading.notes.map((note) => noteWords({ ...note, found: note.found.trim() })).join('; ');
  });
  const table = toTable(batch);
  const probabilities = predictModel(model, table);
  return { table, places, notes, probabilities };
}

function expectSame({ selfTest, rows }: SqlRun, model: Model): void {
  expect(selfTest).toBe('ok');
  expect(rows).toHaveLength(texts.length);
  const own = ownScores(model);
  expect(own.places.size).toBeGreaterThan(0);
  const different: unknown[] = [];
  for (const row of rows) {
    const place = own.places.get(Number(row.id));
    const p = place === undefined ? null : own.probabilities[place]!;
    const isSame =
      p === null || row.churn_probability === null
        ? row.churn_probability === p && row.notes?.startsWith('Not scored: ')
        : Math.abs(p - row.churn_probability) < 1e-9 &&
          row.risk_level === riskLevelOf(p, levels) &&
          (row.notes ?? '') === own.notes[Number(row.id)];
    if (!isSame) different.push({ row, p, notes: own.notes[Number(row.id)], cells: texts[Number(row.id)] });
  }
  expect(different.slice(0, 3)).toEqual([]);
}
