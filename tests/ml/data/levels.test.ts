import { describe, expect, it } from 'vitest';
import { countLevels, isSameLevel } from '../../../src/ml/data/levels.ts';
import { inferColumns, readColumn } from '../../../src/ml/data/schema-inference.ts';

describe('levels', () => {
  it('are one whatever their capitals and outer spaces, and count blank cells as none', () => {
    expect(countLevels(['TRUE', 'True', ' false', 'TRUE', 'FALSE', 'FALSE', '', 'n/a', 'false '])).toEqual([
      { level: 'FALSE', count: 4, spellings: ['FALSE', ' false', 'false '] },
      { level: 'TRUE', count: 3, spellings: ['TRUE', 'True'] },
    ]);
    expect(countLevels(['1', '1.0', '0']).map(({ level, count }) => [level, count])).toEqual([
      ['1', 2],
      ['0', 1],
    ]);
  });

  it('do not depend on the order of the rows where spellings are equally frequent', () => {
    expect(countLevels(['yes', 'Yes'])[0]!.level).toBe(countLevels(['Yes', 'yes'])[0]!.level);
  });

  it('stop being counted when there are too many', () => {
    const cells = Array.from({ length: 1_000 }, (_, i) => `name ${i}`);
    expect(countLevels(cells, 100)).toHaveLength(101);
  });

  it('differ where letters differ', () => {
    expect([isSameLevel('Yes', ' YES '), isSameLevel('Yes', 'Yess'), isSameLevel('1.0', '1')]).toEqual([
      true,
      false,
      true,
    ]);
  });
});

describe('columns with levels in several spellings', () => {
  const cells = ['TRUE', 'True', 'FALSE', 'false', ' False ', 'TRUE'];

  it('have two levels, so that one called Churn is the label', () => {
    const [churn] = inferColumns(['Churn'], [cells], '.');
    expect(churn).toMatchObject({ type: 'boolean', role: 'label', distinct: 2, levels: ['TRUE', ' False '] });
  });

  it('give every spelling the same code', () => {
    const column = readColumn('plan', 'category', cells, '.');
    expect(column.kind === 'category' && [...column.codes]).toEqual([1, 1, 0, 0, 0, 1]);
    expect(column.kind === 'category' && column.levels).toHaveLength(2);
  });
});
