import { describe, expect, it } from 'vitest';
import { createRandom } from '../../helpers/random.ts';
import { Ranking } from '../../../src/store/score-files/ranking.ts';

describe('a ranking', () => {
  it('is the beginning of the sorted list, unknown keys last, equal keys by number', () => {
    for (let seed = 1; seed <= 10; seed++) {
      const random = createRandom(seed);
      const count = Math.floor(random() * 60_000);
      const limit = [1, 10, 500, 30_000, Infinity][seed % 5]!;
      const keys = Array.from({ length: count }, () =>
        random() < 0.1 ? NaN : Math.floor(random() * (seed % 2 ? 20 : 1e9)),
      );
      const descending = seed % 3 === 0;
      const ranking = new Ranking(limit, { descending });
      keys.forEach((key, id) => {
        ranking.add(id, key);
      });
      const sorted = [...keys.keys()].sort((a, b) => compare(keys[a]!, keys[b]!, descending) || a - b);
      expect([...ranking.sorted()]).toEqual(sorted.slice(0, limit));
      expect(ranking.total).toBe(count);
    }
  });

  it('compares texts byte by byte, however long a beginning they share', () => {
    for (let seed = 1; seed <= 6; seed++) {
      const random = createRandom(seed);
      const texts = Array.from({ length: 40_000 }, () => {
        const length = Math.floor(random() * 4);
        const end = Array.from({ length }, () => 'abÄ\0'[Math.floor(random() * 4)]).join('');
        return random() < 0.1 ? '' : `customer${end}`;
      });
      const descending = seed % 2 === 0;
      const limit = [3, 5000, Infinity][seed % 3]!;
      const ranking = new Ranking(limit, { descending });
      texts.forEach((text, id) => {
        const inside = Buffer.from(`-${text}-`);
        ranking.addText(id, inside, 1, inside.length - 1);
      });
      const bytes = texts.map((text) => Buffer.from(text));
      const sorted = [...texts.keys()].sort(
        (a, b) => compareTexts(bytes[a]!, bytes[b]!, descending) || a - b,
      );
      expect([...ranking.sorted()]).toEqual(sorted.slice(0, limit));
    }
  });

  it('can have the higher number first among equal keys', () => {
    const ranking = new Ranking(2, { descending: true, highestIdFirst: true });
    for (const id of [1, 2, 3]) ranking.add(id, 7);
    expect([...ranking.sorted()]).toEqual([3, 2]);
  });
});

function compare(a: number, b: number, descending: boolean): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return descending ? b - a : a - b;
}

function compareTexts(a: Buffer, b: Buffer, descending: boolean): number {
  if (a.length === 0 || b.length === 0) return Number(a.length === 0) - Number(b.length === 0);
  const order = Buffer.compare(a, b);
  return descending ? -order : order;
}
