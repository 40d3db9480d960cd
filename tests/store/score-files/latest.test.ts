/** Whatever is scored, scored again and removed: the latest score of each customer is the newest that is left. */
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inTransaction } from '../../../src/db.ts';
import { deleteBatch } from '../../../src/store/batches.ts';
import { noFilter } from '../../../src/store/prediction-filters.ts';
import { insertPrediction } from '../../../src/store/prediction-writes.ts';
import { findAllOf, findLatestOf, supersede } from '../../../src/store/score-files/latest.ts';
import { markLatest } from '../../../src/store/score-files/mark-latest.ts';
import { restoreBefore } from '../../../src/store/score-files/restore-latest.ts';
import { listHistory } from '../../../src/store/score-files/history.ts';
import { listPredictionIds } from '../../../src/store/score-files/lists.ts';
import { customersFile } from '../../../src/store/score-files/names.ts';
import { rowId } from '../../../src/store/score-files/row-id.ts';
import { createRandom } from '../../helpers/random.ts';
import type { Random } from '../../helpers/random.ts';
import { createScoreStore, insertPlainBatch, writeScores } from '../../helpers/plain-scores.ts';

const header = { features: [], actions: [] };
const byId = { key: 'date', descending: false } as const;

interface Batch {
  readonly id: number;
  readonly file: string;
  customers: (string | null)[];
}

/** The scores in the order in which they came; a batch that goes on comes again. */
type Event = Batch | { readonly single: number; readonly customer: string | null };

let store: Awaited<ReturnType<typeof createScoreStore>>;
let events: Event[];
beforeEach(async () => {
  store = await createScoreStore();
  events = [];
});
afterEach(() => store.close());

async function score(customers: (string | null)[]): Promise<Batch> {
  const batch: Batch = { ...(await insertPlainBatch(store)), customers };
  await mark(batch);
  return batch;
}

async function mark(batch: Batch): Promise<void> {
  const rows = batch.customers.map((customerId, i) => ({ rowNumber: i + 2, probability: 0.5, customerId }));
  await writeScores(store, batch, header, rows, 5);
  await inTransaction(store.db, (trx) => markLatest(trx, store, batch.id));
  events = [...events.filter((event) => event !== batch), batch];
}

async function scoreSingle(customer: string | null, source: 'form' | 'what-if' = 'form'): Promise<number> {
  const createdAt = await nextMoment();
  const single = await inTransaction(store.db, async (trx) => {
    const id = await insertPrediction(
      { ...store, db: trx },
      {
        ...{
          batchId: null,
          rowNumber: null,
          modelId: null as unknown as number,
          source,
          customerId: customer,
        },
        ...{ probability: 0.5, riskLevel: 'low', reasons: '{}', actions: '[]', inputs: '{}', notes: '[]' },
        ...{
          recommendedAction: null,
          expectedSaving: null,
          monthlyValue: null,
          isSample: false,
          createdBy: null,
        },
        createdAt,
      },
      null,
    );
    if (customer !== null && source !== 'what-if') await supersede(trx, store, customer, id);
    return id;
  });
  if (source !== 'what-if') events.push({ single, customer });
  return single;
}

/** The next moment: a test is faster than the clock. */
async function nextMoment(): Promise<string> {
  const batch = (await store.db('batches').max({ at: 'scores_at' }).first()) as { at: string | null };
  const single = (await store.db('predictions').max({ at: 'created_at' }).first()) as { at: string | null };
  const newest = Math.max(...[batch.at, single.at].map((at) => (at === null ? 0 : Date.parse(at) + 1)));
  return new Date(Math.max(Date.now(), newest)).toISOString();
}

async function remove(batch: Batch): Promise<void> {
  await inTransaction(store.db, async (trx) => {
    await restoreBefore(trx, store, batch.id);
    await deleteBatch(trx, batch.id);
  });
  events = events.filter((event) => event !== batch);
}

const scoresOf = (event: Event): { id: number; customer: string | null }[] =>
  'single' in event
    ? [{ id: event.single, customer: event.customer }]
    : event.customers.map((customer, row) => ({ id: rowId(event.id, row), customer }));

function expectedLatest(): number[] {
  const scores = events.flatMap(scoresOf);
  const last = new Map(scores.map(({ customer, id }) => [customer, id]));
  return scores
    .filter(({ customer, id }) => customer === null || last.get(customer) === id)
    .map(({ id }) => id)
    .sort((a, b) => a - b);
}

async function check(): Promise<void> {
  const ids = await listPredictionIds(store, noFilter, byId);
  expect([...ids].sort((a, b) => a - b)).toEqual(expectedLatest());
  const counts = await store
    .db('batches')
    .select<{ id: number; latest_count: number }[]>('id', 'latest_count');
  for (const { id, latest_count: count } of counts)
    expect(count).toBe(expectedLatest().filter((latest) => Math.floor(latest / 2 ** 32) === id).length);
}

function randomCustomers(random: Random): (string | null)[] {
  const few = random() < 0.3;
  return Array.from({ length: 1 + random.below(30) }, () =>
    random() < 0.1 ? null : `customer ${random.below(few ? 3 : 40)}`,
  );
}

async function randomEvent(random: Random): Promise<void> {
  const batches = events.filter((event) => 'customers' in event);
  const dice = random();
  if (dice < 0.35 || batches.length === 0) await score(randomCustomers(random));
  else if (dice < 0.6) await scoreSingle(random() < 0.1 ? null : `customer ${random.below(40)}`);
  else if (dice < 0.65) await scoreSingle(`customer ${random.below(40)}`, 'what-if');
  else if (dice < 0.75) {
    const batch = random.pick(batches);
    batch.customers = [...batch.customers, ...randomCustomers(random)];
    await mark(batch);
  } else await remove(random.pick(batches));
}

describe('the latest scores', () => {
  it('are those that a search through all scores finds, after any sequence of events', async () => {
    for (let seed = 1; seed <= 4; seed++) {
      // Every second time the customers of a batch do not fit into memory at once.
      store = { ...store, rowsAtOnce: seed % 2 === 0 ? 8 : 2 ** 20 };
      const random = createRandom(seed);
      for (let i = 0; i < 25; i++) {
        await randomEvent(random);
        await check();
      }
      for (const event of events.slice()) if ('customers' in event) await remove(event);
      await check();
    }
  });

  it('are found by the customer, and all earlier ones with them', async () => {
    const first = await score(['Anna', 'Bert', 'Anna', null]);
    const form = await scoreSingle('Anna');
    const second = await score(['Zoë', 'Anna']);
    const whatIf = await scoreSingle('Anna', 'what-if');
    expect(await findLatestOf(store, 'Anna')).toBe(rowId(second.id, 1));
    expect(await findLatestOf(store, 'Bert')).toBe(rowId(first.id, 1));
    expect(await findLatestOf(store, 'nobody')).toBeUndefined();
    const all = [whatIf, rowId(second.id, 1), form, rowId(first.id, 2), rowId(first.id, 0)];
    expect(await findAllOf(store, 'Anna')).toEqual(all);
    expect(await findAllOf(store, 'ann')).toEqual([]);
    await store.db('predictions').update({ reasons: '{"base":0,"strongest":[]}' });
    expect((await listHistory(store, 'Anna', 3)).map(({ id }) => id)).toEqual(all.slice(0, 3));
  });

  it('do not need the index of identifiers: it is made again', async () => {
    const first = await score(['Anna', 'Bert']);
    const path = join(store.folder, customersFile(first.file));
    for (const spoil of ['remove', 'change', 'keep']) {
      if (spoil === 'remove') rmSync(path);
      if (spoil === 'change') writeFileSync(path, 'changed');
      expect(await findLatestOf(store, 'Bert')).toBe(rowId(first.id, 1));
      expect(existsSync(path)).toBe(true);
    }
    rmSync(path);
    await score(['Bert']);
    await check();
    expect(readdirSync(store.folder).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('tell customers apart whose identifiers have the same hash', async () => {
    const [one, other] = await sameHash();
    await score([one, other, one]);
    await check();
    await score([other]);
    await check();
    expect(await findAllOf(store, one)).toHaveLength(2);
  });

  it('take many rows of one customer as fast as any', async () => {
    await score(Array.from({ length: 20_000 }, () => 'the same'));
    await score(Array.from({ length: 20_000 }, () => 'the same'));
    expect(expectedLatest()).toHaveLength(1);
    await check();
  });
});

/** Two texts of the same hash: with some 80,000 tries two are expected. */
async function sameHash(): Promise<[string, string]> {
  const { hashOf } = await import('../../../src/store/score-files/customers.ts');
  const seen = new Map<number, string>();
  for (let i = 0; ; i++) {
    const text = `customer ${i}`;
    const bytes = Buffer.from(text);
    const hash = hashOf(bytes, 0, bytes.length);
    const before = seen.get(hash);
    if (before !== undefined) return [before, text];
    seen.set(hash, text);
  }
}
