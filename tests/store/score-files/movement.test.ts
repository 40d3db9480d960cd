/** How customers moved between the levels of two files is what counting them one by one gives. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noFilter } from '../../../src/store/prediction-filters.ts';
import type { ScoreFileHeader } from '../../../src/store/score-files/group.ts';
import { markLatest } from '../../../src/store/score-files/mark-latest.ts';
import { readMovement } from '../../../src/store/score-files/movement.ts';
import type { MoveCell, Movement } from '../../../src/store/score-files/movement.ts';
import { saveSettings } from '../../../src/store/settings.ts';
import { insertSetLevel } from '../../../src/store/set-levels.ts';
import { createScoreStore, insertPlainBatch, writeScores } from '../../helpers/plain-scores.ts';
import type { PlainScore } from '../../helpers/plain-scores.ts';

const feature = (name: string) => ({ name, type: 'number', levels: [] }) as const;
const header: ScoreFileHeader = { features: [feature('tenure'), feature('bills')], actions: [] };
/** Another model: its columns are in another order. */
const laterHeader: ScoreFileHeader = { features: [feature('bills'), feature('tenure')], actions: [] };

const score = (
  customerId: string | null,
  probability: number,
  monthlyValue: number | null,
  tenure: number,
): PlainScore => ({
  rowNumber: 2,
  customerId,
  probability,
  monthlyValue,
  reasons: [{ feature: 'tenure', points: tenure }],
  inputs: { tenure: probability < 0.5 ? 1 : 2, bills: 1 },
});

let store: Awaited<ReturnType<typeof createScoreStore>>;
let earlier: number;
let later: number;

async function addFile(from: ScoreFileHeader, scores: readonly PlainScore[]): Promise<number> {
  const batch = await insertPlainBatch(store);
  await writeScores(store, batch, from, scores, 3);
  await markLatest(store.db, store, batch.id);
  return batch.id;
}

beforeAll(async () => {
  store = await createScoreStore();
  await saveSettings(store.db, { mediumFrom: 0.3, highFrom: 0.6 });
  earlier = await addFile(header, [
    score('twice', 0.9, 1, 0),
    score('up', 0.1, 10, 0.125),
    score('up too', 0.4, 20, 0.25),
    score('down', 0.7, 30, 0.5),
    score('same', 0.7, 40, 0.5),
    score('gone', 0.4, 50, 0),
    score(null, 0.4, 60, 0),
    score('twice', 0.1, 1, 0),
    score('known', 0.1, 2, 0),
  ]);
  later = await addFile(laterHeader, [
    score('up too', 0.6, 25, 0.5),
    score('up', 0.8, null, 0.5),
    score('same', 0.99, 45, 0.5),
    score('new', 0.5, 5, 0),
    score('down', 0.1, 35, -0.25),
    score('twice', 0.1, 1, 0),
    score(null, 0.9, 60, 0),
    score('known', 0.9, 2, 0),
  ]);
  const days = { setOn: '2026-01-01', endsOn: '2126-01-01', expiresAt: '2126-01-02T00:00:00.000Z' };
  const said = { modelLevel: 'low', probability: 0.1, levelProbability: 0.5 } as const;
  await insertSetLevel(
    store.db,
    { customerId: 'known', level: 'medium', reason: 'known', ...days, ...said },
    null,
  );
});
afterAll(() => store.close());

const movementOf = async (asked: Partial<typeof noFilter> = {}): Promise<Movement> =>
  (await readMovement(store, { ...noFilter, batch: later, ...asked }, earlier))!;
const filled = ({ cells }: Movement): MoveCell[] => cells.filter(({ customers }) => customers > 0);

describe('the movement between two files', () => {
  it('counts customers by their level before and now, with what they pay', async () => {
    const movement = await movementOf();
    expect(movement.cells).toHaveLength(15);
    expect(filled(movement)).toEqual(
      expect.arrayContaining([
        // Of several rows of a customer in the earlier file the last counts.
        { before: 'low', now: 'low', customers: 1, revenue: 1 },
        { before: 'low', now: 'high', customers: 1, revenue: null },
        { before: 'medium', now: 'high', customers: 1, revenue: 25 },
        // A level that a person has set counts in both files.
        { before: 'medium', now: 'medium', customers: 1, revenue: 2 },
        { before: 'high', now: 'low', customers: 1, revenue: 35 },
        { before: 'high', now: 'high', customers: 1, revenue: 45 },
        { before: null, now: 'medium', customers: 1, revenue: 5 },
        { before: 'medium', now: null, customers: 1, revenue: 50 },
      ]),
    );
    expect(filled(movement)).toHaveLength(8);
    expect(movement.withoutId).toBe(1);
  });

  it('says which reasons changed for those who rose and for those who fell, as means', async () => {
    const { rose, fell } = await movementOf();
    expect(rose).toEqual([{ feature: 'tenure', change: (0.375 + 0.25) / 2 }]);
    expect(fell).toEqual([{ feature: 'tenure', change: -0.75 }]);
  });

  it('is that of the customers whom the filter finds', async () => {
    expect(filled(await movementOf({ column: 'tenure', from: 2 }))).toEqual([
      { before: 'low', now: 'high', customers: 1, revenue: null },
      { before: 'medium', now: 'medium', customers: 1, revenue: 2 },
      { before: 'medium', now: 'high', customers: 1, revenue: 25 },
      { before: 'high', now: 'high', customers: 1, revenue: 45 },
      { before: null, now: 'medium', customers: 1, revenue: 5 },
    ]);
  });

  it('is not known where the earlier file is gone', async () => {
    expect(await readMovement(store, { ...noFilter, batch: later }, 999_999)).toBeNull();
  });
});
