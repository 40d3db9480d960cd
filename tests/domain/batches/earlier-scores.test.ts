/** A database of the version before, opened by this one. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { convertEarlierScores } from '../../../src/domain/batches/earlier-scores.ts';
import { compareChallenger } from '../../../src/domain/models/challenger.ts';
import { findScore } from '../../../src/domain/scoring/customer-record.ts';
import { toStored } from '../../../src/domain/scoring/record.ts';
import { createScorer, scoreCustomers } from '../../../src/domain/scoring/scoring.ts';
import { getBatch } from '../../../src/store/batches.ts';
import { findByEarlierId } from '../../../src/store/earlier-scores.ts';
import type { Reasons } from '../../../src/store/prediction-documents.ts';
import { noFilter } from '../../../src/store/prediction-filters.ts';
import { textAt } from '../../../src/store/score-files/encoding.ts';
import { placeOfId, rowId } from '../../../src/store/score-files/row-id.ts';
import { findScoredBatch, openScoresOf } from '../../../src/store/score-files/store.ts';
import { sumPredictions } from '../../../src/store/score-files/totals.ts';
import { createTestApp, customersCsv, setUpOrganisation, signIn } from '../../helpers/app.ts';
import type { TestApp } from '../../helpers/app.ts';
import { postForm } from '../../helpers/datasets.ts';
import type { Agent } from '../../helpers/datasets.ts';
import {
  createPreviousVersion,
  insertPreviously,
  previousThresholds,
  scorePreviously,
  storePreviousModel,
} from '../../helpers/previous-version.ts';
import type { PreviousVersion } from '../../helpers/previous-version.ts';
import { detailsOf, scoreStore } from '../../helpers/scores.ts';
import { runJobs } from '../../helpers/work.ts';

type Row = Record<string, string | number | null>;

let before: PreviousVersion;
let test: TestApp;
let rows: readonly Row[];
let challenged: {
  readonly modelId: number;
  readonly scores: readonly { readonly prediction_id: number; readonly probability: number }[];
};
const batches: Record<'first' | 'second' | 'stopped' | 'orphan', number> = {
  first: 0,
  second: 0,
  stopped: 0,
  orphan: 0,
};

/** Ids, blanks, a value that is no level, quotes and line ends within a cell, and customers who come twice. */
function odd(csv: string): string {
  const [header, ...lines] = csv.trimEnd().split('\n');
  lines[1] = lines[1]!.replace(/^[^,]*/, '');
  lines[2] = lines[2]!.replace(/Month-to-month|One year|Two year/, 'Ten years');
  lines[3] = lines[3]!.replace(/^([^,]*),([^,]*),/, '$1,,');
  lines[5] = lines[4]!;
  return `${[header, ...lines].join('\n')}\n`;
}

beforeAll(async () => {
  before = await createPreviousVersion();
  const model = await storePreviousModel(before);
  const gone = await storePreviousModel(before);
  const other = await storePreviousModel(before);
  await before.db('models').where({ id: model.id }).update({ state: 'active' });
  await before.db('models').where({ id: other.id }).update({ state: 'challenger' });
  const csv = customersCsv(60, 21);
  batches.first = await scorePreviously(before, model, odd(csv), {
    file: 'first',
    at: '2026-11-20T10:00:00.000Z',
  });
  batches.orphan = await scorePreviously(before, gone, customersCsv(20, 5), {
    file: 'orphan',
    at: '2026-11-20T10:30:00.000Z',
  });
  const again = csv.trimEnd().split('\n').slice(0, 31).join('\n');
  batches.second = await scorePreviously(before, model, again, {
    file: 'second',
    at: '2026-11-20T11:00:00.000Z',
  });
  batches.stopped = await scorePreviously(before, model, customersCsv(30, 77), {
    file: 'stopped',
    state: 'cancelled',
    scored: 12,
    at: '2026-11-20T12:00:00.000Z',
  });
  await challenge(other.id);
  await scoreByForm(model, csv.split('\n')[1]!.split(',')[0]!);
  // The upload and the model of this one are gone.
  rmSync(join(before.uploadsDir, 'orphan'));
  await before.db('models').where({ id: gone.id }).delete();
  rows = (await before.db('predictions').orderBy('id')) as Row[];
  await before.db.destroy();
  // As a run leaves them that was ended before its transaction.
  writeFileSync(join(before.uploadsDir, 'second.scores'), 'complete, but not in the database');
  writeFileSync(join(before.uploadsDir, `second.scores.${process.pid}.tmp`), 'cut off '.repeat(10_000));
  test = await createTestApp(before.env);
  await convertEarlierScores(test.context);
});
afterAll(async () => {
  await test.close();
  rmSync(before.folder, { recursive: true, force: true });
});

/** Another model's scores of the second file, except for two rows that it could not score. */
async function challenge(modelId: number): Promise<void> {
  const ids = await before
    .db('predictions')
    .where({ batch_id: batches.second })
    .orderBy('id')
    .pluck<number[]>('id');
  const scores = ids.slice(2).map((id, i) => ({ prediction_id: id, model_id: modelId, probability: i / 40 }));
  await before.db('challenger_scores').insert(scores);
  challenged = { modelId, scores };
}

/** A customer of both files, newer than either. */
async function scoreByForm(
  { id, model }: Awaited<ReturnType<typeof storePreviousModel>>,
  customerId: string,
): Promise<void> {
  const scorer = createScorer(model, { ...previousThresholds, rules: [] });
  const [result] = scoreCustomers(scorer, [{ cells: model.schema.features.map(() => undefined) }], '.');
  if (!result?.ok) throw new Error('A form of blanks can be scored.');
  const origin = { batchId: null, rowNumber: null, modelId: id, isSample: false, createdBy: null };
  const at = '2026-11-20T13:00:00.000Z';
  await insertPreviously(before.db, [
    toStored(result.customer, { ...origin, customerId, source: 'form', createdAt: at }),
    toStored(result.customer, { ...origin, customerId, source: 'what-if', createdAt: at }),
  ]);
}

const rowsOf = (batchId: number): readonly Row[] => rows.filter((row) => row['batch_id'] === batchId);

/** Every row of a score file as an object, in the shape of the version before. */
async function read(batchId: number): Promise<Row[]> {
  const batch = (await findScoredBatch(test.context.db, batchId))!;
  const file = openScoresOf({ folder: test.context.config.uploadsDir }, batch);
  const { features, actions } = file.header;
  const found = file.groups.flatMap(({ rowCount }, group) => {
    const identifiers = file.identifiers(group);
    const numbers = (['probability', 'monthlyValue', 'expectedSaving', 'rowNumbers', 'noted'] as const).map(
      (name) => file.column(group, name),
    );
    const [probability, value, saving, rowNumbers, noted] = numbers;
    const chosen = file.column(group, 'actions');
    const reasons = file.column(group, 'reasonFeatures');
    const points = file.column(group, 'reasonPoints');
    const inputs = features.map((feature, j) => [feature, file.input(group, j)] as const);
    const known = (number: number): number | null => (Number.isNaN(number) ? null : number);
    return Array.from({ length: rowCount }, (_, i) => ({
      row_number: rowNumbers![i]!,
      customer_id: textAt(identifiers, i) || null,
      probability: probability![i]!,
      monthly_value: known(value![i]!),
      expected_saving: known(saving![i]!),
      recommended_action: chosen[i] === 0 ? null : actions[chosen[i]! - 1]!.action,
      isNoted: noted![i]!,
      reasons: [0, 1, 2].map((k) => `${features[reasons[3 * i + k]!]!.name} ${points[3 * i + k]}`).join(),
      inputs: JSON.stringify(
        Object.fromEntries(
          inputs.map(([{ name, levels }, input]) => {
            if (input.kind === 'number') return [name, known(input.values[i]!)];
            const code = input.codes[i]!;
            return [name, code < 0 ? null : ([...levels, ...input.others][code] ?? null)];
          }),
        ),
      ),
    }));
  });
  file.close();
  return found;
}

/** The same of a row of the version before. */
function expected(row: Row): Row {
  const { strongest } = JSON.parse(String(row['reasons'])) as {
    strongest: { feature: string; points: number }[];
  };
  return {
    row_number: row['row_number']!,
    customer_id: row['customer_id']!,
    probability: row['probability']!,
    monthly_value: row['monthly_value']!,
    expected_saving: row['expected_saving']!,
    recommended_action: row['recommended_action']!,
    isNoted: Number(row['notes'] !== '[]'),
    reasons: strongest
      .slice(0, 3)
      .map(({ feature, points }) => `${feature} ${Math.fround(points)}`)
      .join(),
    inputs: String(row['inputs']),
  };
}

describe('scores of batches of the version before', () => {
  it.each(['first', 'second', 'stopped', 'orphan'] as const)(
    'are the same in a score file: %s',
    async (name) => {
      const found = await read(batches[name]);
      expect(found.length).toBeGreaterThan(10);
      expect(found).toEqual(rowsOf(batches[name]).map(expected));
    },
  );

  it('hold odd values as they were read', async () => {
    const [, noName, unseen, blank] = await read(batches.first);
    expect(noName!['customer_id']).toBeNull();
    expect(JSON.parse(String(unseen!['inputs']))).toMatchObject({ Contract: 'Ten years' });
    expect(Object.values(JSON.parse(String(blank!['inputs'])) as object)).toContain(null);
  });

  it('are no rows any more, while single scores stay', async () => {
    const left = (await test.context.db('predictions').orderBy('id')) as Row[];
    expect(left).toMatchObject(rows.filter((row) => row['batch_id'] === null));
    expect(left).toHaveLength(2);
  });

  it('are the latest of their customers exactly where they were', async () => {
    for (const batchId of Object.values(batches)) {
      const latest = rowsOf(batchId).flatMap((row, i) => (row['is_latest'] === 1 ? [i] : []));
      const bits = await test.context.db('latest_rows').where({ batch_id: batchId }).pluck<Buffer[]>('bits');
      const found = [...Array(100).keys()].filter((i) => ((bits[0]?.[i >> 3] ?? 0) >> (i & 7)) & 1);
      expect(found).toEqual(latest);
      const batch = await getBatch(test.context.db, batchId);
      expect(batch).toMatchObject({ latestCount: latest.length, scoreRows: rowsOf(batchId).length });
      expect(batch.scoresAt).toBe(rowsOf(batchId)[0]!['created_at']);
    }
  });

  it('know where their records lie, unless the upload is gone', async () => {
    const { db, config } = test.context;
    for (const name of ['first', 'stopped', 'orphan'] as const) {
      const file = openScoresOf({ folder: config.uploadsDir }, (await findScoredBatch(db, batches[name]))!);
      const [offsets, lengths] = [file.column(0, 'offsets'), file.column(0, 'lengths')];
      file.close();
      if (name === 'orphan') {
        expect(new Set([...offsets, ...lengths])).toEqual(new Set([0]));
        continue;
      }
      const upload = readFileSync(join(config.uploadsDir, name));
      const lines = upload.toString().split('\n').slice(1);
      const found = Array.from(offsets, (at, i) => upload.subarray(at, at + lengths[i]!).toString());
      expect(found).toEqual(lines.slice(0, found.length));
    }
  });

  it('are found by the numbers that they had', async () => {
    const { db } = test.context;
    for (const batchId of Object.values(batches))
      for (const [i, row] of rowsOf(batchId).entries())
        expect(placeOfId((await findByEarlierId(db, Number(row['id'])))!)).toEqual({ batchId, row: i });
    expect(await findByEarlierId(db, rows.length)).toBeUndefined();
    expect(await findByEarlierId(db, rowId(1, 0))).toBeUndefined();
  });

  it('are converted once, whatever an earlier run left', async () => {
    const batch = await getBatch(test.context.db, batches.first);
    await convertEarlierScores(test.context);
    expect(await getBatch(test.context.db, batches.first)).toEqual(batch);
  });
});

/** As `/customers.csv` wrote them; churn probabilities in full. */
const listed = (row: Row) => [
  row['customer_id'] ?? '',
  row['probability'],
  row['risk_level'],
  row['recommended_action'] ?? '',
];

describe('the pages of the version before', () => {
  let agent: Agent;
  beforeAll(async () => {
    await setUpOrganisation(test);
    agent = await signIn(test, 'analyst');
  });

  async function download(query: string): Promise<unknown[][]> {
    const { text } = await agent.get(`/customers.csv${query}`).buffer().expect(200);
    const records: Record<string, string>[] = parse(text, { bom: true, columns: true });
    return records.map(({ customer, churn_probability, risk_level, recommended_action }) => [
      customer,
      Number(churn_probability),
      risk_level,
      recommended_action,
    ]);
  }
  const byCustomer = (a: unknown[], b: unknown[]): number =>
    String(a[0]).localeCompare(String(b[0])) || Number(a[1]) - Number(b[1]);

  it('list the same customers with the same scores, in all and by file', async () => {
    const latest = rows.filter((row) => row['is_latest'] === 1);
    // The scores of a model that is gone are in no population, as before.
    const counted = latest.filter((row) => row['batch_id'] !== batches.orphan);
    expect((await download('')).sort(byCustomer)).toEqual(counted.map(listed).sort(byCustomer));
    for (const batch of [batches.first, batches.second, batches.orphan])
      expect((await download(`?batch=${batch}`)).sort(byCustomer)).toEqual(
        rowsOf(batch).map(listed).sort(byCustomer),
      );
    const { text } = await agent.get('/customers?risk=high').expect(200);
    const high = counted.filter((row) => row['risk_level'] === 'high').length;
    expect(text).toContain(`${high} customers`);
  });

  it('sum up to the same totals', async () => {
    const filter = { ...noFilter, batch: batches.first };
    const { count, low, medium, high, revenueAtRisk } = await sumPredictions(scoreStore(test), filter);
    const of = (level: string) => rowsOf(batches.first).filter((row) => row['risk_level'] === level).length;
    expect([count, low, medium, high]).toEqual([60, of('low'), of('medium'), of('high')]);
    const expectedRisk = rowsOf(batches.first).reduce(
      (sum, row) => sum + Number(row['probability']) * Number(row['monthly_value'] ?? 0),
      0,
    );
    expect(revenueAtRisk).toBeCloseTo(expectedRisk, 6);
  });

  it('of a customer have the address of today, and show reasons, actions and notes as they were', async () => {
    for (const row of rowsOf(batches.first).slice(0, 6)) {
      const { headers } = await agent.get(`/customers/${row['id']}`).expect(308);
      await agent.get(headers['location']!).expect(200);
      const id = (await findByEarlierId(test.context.db, Number(row['id'])))!;
      const details = await detailsOf(test, (await findScore(scoreStore(test), id))!);
      expect(details.problem).toBeNull();
      expect(details.actions).toMatchObject(JSON.parse(String(row['actions'])));
      expect(details.notes).toEqual(JSON.parse(String(row['notes'])));
      expect(details.reasons).toEqual((JSON.parse(String(row['reasons'])) as Reasons).strongest);
    }
    const orphan = rowsOf(batches.orphan)[0]!;
    const { headers } = await agent.get(`/customers/${orphan['id']}`).expect(308);
    await agent.get(headers['location']!).expect(200);
  });

  it('still offer the results as they were written', async () => {
    const { text } = await agent.get(`/batches/${batches.first}/files/scored.csv`).buffer().expect(200);
    expect(text).toBe('results of first');
  });

  it('compare a challenger on the same customers', async () => {
    const found = (await compareChallenger(scoreStore(test), challenged.modelId))!;
    const pairs = challenged.scores;
    const mean = (values: readonly number[]) => values.reduce((sum, one) => sum + one, 0) / values.length;
    expect(found.customers).toBe(pairs.length);
    expect(found.meanChallenger).toBeCloseTo(mean(pairs.map(({ probability }) => probability)), 12);
    expect(found.meanChampion).toBeCloseTo(
      mean(
        pairs.map(({ prediction_id: id }) => Number(rows.find((row) => row['id'] === id)!['probability'])),
      ),
      12,
    );
  });

  it('let a file go on that was stopped', async () => {
    await postForm(agent, `/batches/${batches.stopped}/scoring`);
    await runJobs(test.context);
    const batch = await getBatch(test.context.db, batches.stopped);
    expect(batch).toMatchObject({ state: 'done', scoredCount: 30, scoreRows: 30 });
    const found = await read(batches.stopped);
    expect(found.slice(0, 12)).toEqual(rowsOf(batches.stopped).map(expected));
    expect(found.map((row) => row['row_number'])).toEqual(Array.from({ length: 30 }, (_, i) => i + 2));
  });
});
