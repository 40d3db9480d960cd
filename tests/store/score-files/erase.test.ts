import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { noFilter } from '../../../src/store/prediction-filters.ts';
import { eraseCustomer, prepareErasure } from '../../../src/store/score-files/erase.ts';
import { getInputs } from '../../../src/store/score-files/inputs.ts';
import { findAllOf } from '../../../src/store/score-files/latest.ts';
import { markLatest } from '../../../src/store/score-files/mark-latest.ts';
import { listPredictions } from '../../../src/store/score-files/lists.ts';
import { erasureFile, scoreFile } from '../../../src/store/score-files/names.ts';
import { rowId } from '../../../src/store/score-files/row-id.ts';
import { findScoredBatch } from '../../../src/store/score-files/store.ts';
import { countPredictions } from '../../../src/store/score-files/totals.ts';
import { createScoreStore, insertPlainBatch, writeScores } from '../../helpers/plain-scores.ts';
import type { PlainScore } from '../../helpers/plain-scores.ts';

const header = {
  features: [
    { name: 'tenure', type: 'number', levels: [] },
    { name: 'plan', type: 'category', levels: ['Basic', 'Pro'] },
  ],
  actions: [{ ruleId: 1, action: 'Call' }],
} as const;
const rows = ['Bert', 'Anna Secret', 'Zoë', 'Anna Secret', 'Last'].map((customerId, i): PlainScore => ({
  ...{ rowNumber: i + 2, customerId, probability: 0.1 * i, monthlyValue: 10 + i, expectedSaving: i },
  ...{ action: 'Call', isNoted: true, reasons: [{ feature: 'tenure', points: 0.25 }] },
  inputs: { tenure: i, plan: i === 1 ? 'only hers' : i === 4 ? 'another' : i === 3 ? 'Pro' : 'Basic' },
}));
const sort = { key: 'date', descending: false } as const;

let store: Awaited<ReturnType<typeof createScoreStore>>;
let batch: Awaited<ReturnType<typeof insertPlainBatch>>;
beforeEach(async () => {
  store = await createScoreStore();
  batch = await insertPlainBatch(store);
  await writeScores(store, batch, header, rows, 3);
  await markLatest(store.db, store, batch.id);
});
afterEach(() => store.close());

describe('erasing a customer', () => {
  it('leaves of the rows nothing but their probability, and all other rows as they were', async () => {
    const all = { ...noFilter, batch: batch.id };
    const before = await listPredictions(store, all, sort, { limit: 10 });
    expect(await eraseCustomer(store, 'Anna Secret')).toBe(2);
    const erased = { customerId: null, monthlyValue: null, expectedSaving: null, isNoted: false };
    expect(await listPredictions(store, all, sort, { limit: 10 })).toEqual(
      before.map((row, i) =>
        i === 1 || i === 3 ? { ...row, ...erased, recommendedAction: null, reasons: [] } : row,
      ),
    );
    const ids = rows.map((_, i) => rowId(batch.id, i));
    expect(await getInputs(store, ids)).toEqual(
      rows.map(({ inputs }, i) => (i === 1 || i === 3 ? { tenure: null, plan: null } : inputs)),
    );
    expect(await findAllOf(store, 'Anna Secret')).toEqual([]);
    expect(await findAllOf(store, 'Zoë')).toEqual([rowId(batch.id, 2)]);
    expect(await findAllOf(store, 'Last')).toEqual([rowId(batch.id, 4)]);
    expect(await countPredictions(store, { ...all, search: 'secret' })).toBe(0);
    for (const name of readdirSync(store.folder)) {
      const bytes = readFileSync(join(store.folder, name)).toString('latin1');
      expect(bytes.includes('Anna Secret') || bytes.includes('only hers'), name).toBe(false);
    }
    expect(await eraseCustomer(store, 'Anna Secret')).toBe(0);
  });

  it('is finished by the next one where a crash came in between', async () => {
    const path = join(store.folder, scoreFile(batch.file));
    const before = readFileSync(path);
    prepareErasure(store, (await findScoredBatch(store.db, batch.id))!, [1, 3]);
    expect(readFileSync(path)).toEqual(before);
    await eraseCustomer(store, 'nobody');
    const after = readFileSync(path);
    // As it stands when half is written: neither the old nor the new CRC fits.
    for (const written of [200, 500, after.length - 100]) {
      writeFileSync(path, before);
      prepareErasure(store, (await findScoredBatch(store.db, batch.id))!, [1, 3]);
      writeFileSync(path, Buffer.concat([after.subarray(0, written), before.subarray(written)]));
      await eraseCustomer(store, 'nobody');
      expect(readFileSync(path)).toEqual(after);
      expect(existsSync(join(store.folder, erasureFile(batch.file)))).toBe(false);
    }
  });

  it('does nothing with what was not stored to its end', async () => {
    const path = join(store.folder, scoreFile(batch.file));
    const before = readFileSync(path);
    writeFileSync(join(store.folder, erasureFile(batch.file)), 'half');
    await eraseCustomer(store, 'nobody');
    expect(readFileSync(path)).toEqual(before);
  });
});
