import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listPairedScores, openChallengerRun } from '../../../src/store/score-files/challengers.ts';
import { challengerFile } from '../../../src/store/score-files/names.ts';
import { createScoreStore, insertPlainBatch, writeScores } from '../../helpers/plain-scores.ts';
import type { PlainScore } from '../../helpers/plain-scores.ts';

const header = { features: [{ name: 'tenure', type: 'number', levels: [] }], actions: [] } as const;
const rows = Array.from({ length: 8 }, (_, i): PlainScore => {
  return { rowNumber: i + 2, probability: i / 10, inputs: { tenure: i } };
});
const challenger = 7;

let store: Awaited<ReturnType<typeof createScoreStore>>;
beforeEach(async () => {
  store = await createScoreStore();
});
afterEach(() => store.close());

/** Scores at most `most` groups: ten times the input is the probability, and row 4 has none. */
async function run(batchId: number, most = Infinity): Promise<number> {
  const scoring = (await openChallengerRun(store, batchId, challenger))!;
  const done = scoring.rowsDone;
  for (let scored = 0, group = scoring.next(); group && scored < most; scored++, group = scoring.next()) {
    const [input] = group.inputs;
    if (input?.kind !== 'number') throw new Error('no numbers');
    scoring.append(input.values.map((value) => (value === 4 ? NaN : value * 10)));
  }
  scoring.close();
  return done;
}

describe('a challenger', () => {
  it('is compared on the rows that both models scored, newest first', async () => {
    for (let i = 0; i < 2; i++) {
      const batch = await insertPlainBatch(store);
      await writeScores(store, batch, header, rows.slice(0, i === 0 ? 8 : 2), 3);
      await run(batch.id);
    }
    const unscored = await insertPlainBatch(store);
    await writeScores(store, unscored, header, rows);
    const pairs = await listPairedScores(store, challenger, 5);
    expect(pairs.champion).toEqual(Float64Array.of(0.1, 0, 0.7, 0.6, 0.5));
    expect(pairs.challenger).toEqual(Float64Array.of(10, 0, 70, 60, 50));
    expect((await listPairedScores(store, challenger, 99)).champion).toHaveLength(9);
    expect((await listPairedScores(store, 8, 99)).champion).toHaveLength(0);
    expect(await openChallengerRun(store, 99, challenger)).toBeUndefined();
  });

  it('goes on after its last whole group, and scores again what was changed', async () => {
    const batch = await insertPlainBatch(store);
    await writeScores(store, batch, header, rows, 3);
    const path = join(store.folder, challengerFile(batch.file, challenger));
    await run(batch.id);
    const whole = readFileSync(path);
    writeFileSync(path, '');
    expect(await run(batch.id, 2)).toBe(0);
    expect(await run(batch.id)).toBe(6);
    expect(readFileSync(path)).toEqual(whole);
    truncateSync(path, whole.length - 1);
    expect(await run(batch.id)).toBe(6);
    writeFileSync(
      path,
      whole.map((byte, i) => (i === whole.length - 4 ? byte ^ 1 : byte)),
    );
    expect(await run(batch.id)).toBe(6);
    expect(readFileSync(path)).toEqual(whole);
  });
});
