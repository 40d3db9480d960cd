import { describe, expect, it } from 'vitest';
import { rocAuc } from '../../../src/ml/evaluation/metrics.ts';
import { createRandom } from '../../../src/ml/math/random.ts';
import { sigmoid } from '../../../src/ml/math/sigmoid.ts';
import { UNSEEN, type Table } from '../../../src/ml/data/table.ts';
import { boosting } from '../../../src/ml/tree/boosting.ts';
import { forest } from '../../../src/ml/tree/forest.ts';
import { binTraining, MANY_LEVELS } from '../../../src/ml/tree/target-statistics.ts';

const levelCount = 500;
const names = Array.from({ length: levelCount }, (_, level) => `dealer ${level}`);
const effects = Float64Array.from(names, () => 0);

function dealers(rowCount: number, strength: number, seed: number) {
  const random = createRandom(seed);
  const truth = createRandom(99);
  const ownEffects = effects.map(() => strength * truth.normal());
  const codes = Int32Array.from({ length: rowCount }, () => Math.floor(levelCount * random.next() ** 2));
  const values = Float64Array.from({ length: rowCount }, () => random.normal());
  const target = Uint8Array.from(codes, (code) => Number(random.next() < sigmoid(ownEffects[code]! - 0.5)));
  const table: Table = {
    rowCount,
    columns: [
      { kind: 'category', name: 'dealer', levels: names, codes },
      { kind: 'number', name: 'noise', values },
    ],
  };
  return { table, target };
}
const ones = (count: number): Float64Array => new Float64Array(count).fill(1);

describe('categories of many levels', () => {
  it('are learned by boosting and forests, whose reasons stay exact', () => {
    const [data, fresh] = [dealers(4000, 1.5, 1), dealers(2000, 1.5, 2)];
    for (const fitted of [
      { estimator: boosting, model: boosting.fit(boosting.defaults, data, createRandom(1)) },
      { estimator: forest, model: forest.fit({ ...forest.defaults, trees: 50 }, data, createRandom(1)) },
    ]) {
      const estimator = fitted.estimator as typeof boosting;
      const model = fitted.model as ReturnType<typeof boosting.fit>;
      const predicted = estimator.predict(model, fresh.table);
      expect(rocAuc(predicted, fresh.target)).toBeGreaterThan(0.74);
      const { base, contributions } = estimator.explain(model, fresh.table);
      predicted.forEach((p, i) => {
        expect(Math.abs(base + contributions[2 * i]! + contributions[2 * i + 1]! - p)).toBeLessThan(1e-9);
      });
    }
  });

  it('tell a row nothing of its own outcome', () => {
    const data = dealers(3000, 0, 1);
    const { columns } = binTraining(data, ones(3000), createRandom(1));
    expect(Math.abs(rocAuc(Float64Array.from(columns[0]!), data.target) - 0.5)).toBeLessThan(0.04);
    const model = boosting.fit(boosting.defaults, data, createRandom(1));
    expect(
      rocAuc(boosting.predict(model, dealers(2000, 0, 2).table), dealers(2000, 0, 2).target),
    ).toBeCloseTo(0.5, 1);
  });

  it('are binned in the order of their rates, levels of one row and unseen ones apart', () => {
    const data = dealers(4000, 3, 1);
    const alone = dealers(1, 0, 1);
    const codes = Int32Array.from({ length: 4000 }, (_, row) => (row === 0 ? 499 : row % 200));
    const target = Uint8Array.from(codes, (code, row) => Number((row * 7919) % 200 < code));
    const table: Table = {
      rowCount: 4000,
      columns: [{ kind: 'category', name: 'dealer', levels: names, codes }],
    };
    const { bins, columns, isOrdered } = binTraining({ table, target }, ones(4000), createRandom(1));
    expect(isOrdered[0]).toBe(1);
    expect(columns[0]![0]).toBe(0);
    const [feature] = bins;
    if (feature?.kind !== 'category') throw new Error('not a category');
    const rateOf = (level: number): number => {
      const own = Array.from(codes.keys()).filter((row) => codes[row] === level);
      return own.filter((row) => target[row] === 1).length / own.length;
    };
    const ranked = Array.from({ length: 199 }, (_, place) => place + 1).sort((a, b) => rateOf(a) - rateOf(b));
    const own = ranked.map((level) => feature.binOfLevel[level]!);
    expect(own).toEqual([...own].sort((a, b) => a - b));
    expect(feature.binOfLevel[300]).toBe(0);
    const model = boosting.fit(boosting.defaults, data, createRandom(1));
    const unseen: Table = {
      rowCount: 1,
      columns: [
        { kind: 'category', name: 'dealer', levels: names, codes: Int32Array.of(UNSEEN) },
        alone.table.columns[1]!,
      ],
    };
    expect(boosting.predict(model, unseen)[0]).toBeGreaterThan(0);
  });

  it('leave columns of fewer levels as they are', () => {
    const table: Table = {
      rowCount: 4,
      columns: [
        {
          kind: 'category',
          name: 'plan',
          levels: names.slice(0, MANY_LEVELS),
          codes: Int32Array.of(0, 1, 99, -1),
        },
      ],
    };
    const { columns, isOrdered } = binTraining(
      { table, target: Uint8Array.of(0, 1, 0, 1) },
      ones(4),
      createRandom(1),
    );
    expect(isOrdered[0]).toBe(0);
    expect(Array.from(columns[0]!)).toEqual([1, 2, 100, 0]);
  });
});
