import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addRow, clearRows, createRowBatch, lastRow, toTable } from '../../../src/ml/data/row-reader.ts';
import { usualPolicy } from '../../../src/ml/data/schema.ts';
import type { AllowedRange, Feature, Policy } from '../../../src/ml/data/schema.ts';
import { MISSING, UNSEEN } from '../../../src/ml/data/table.ts';

const number: Feature = {
  name: 'tenure',
  type: 'number',
  levels: [],
  range: { min: 0, max: 72, median: 29, integer: true },
  missingShare: 0,
};
const category: Feature = {
  name: 'contract',
  type: 'category',
  levels: ['Month-to-month', 'One year', '1'],
  range: null,
  missingShare: 0,
};
const batch = createRowBatch([number, category], 2);

const read = (tenure: string | undefined, contract: string | undefined, decimal: '.' | ',' = '.') => {
  clearRows(batch);
  const { problems, notes } = addRow(batch, [tenure, contract], decimal);
  const [first, second] = toTable(batch).columns;
  const value = first?.kind === 'number' ? first.values[0] : null;
  const code = second?.kind === 'category' ? second.codes[0] : null;
  return { value, code, problems, notes: notes.map(({ column, kind }) => `${column} ${kind}`) };
};

describe('a cell', () => {
  it.each([
    ['5', 'One year', 5, 1, []],
    ['', 'One year', NaN, 1, ['tenure missing']],
    [undefined, undefined, NaN, MISSING, ['tenure missing', 'contract missing']],
    [' N/A ', '  ', NaN, MISSING, ['tenure missing', 'contract missing']],
    ['-3', 'one YEAR ', -3, 1, ['tenure out-of-range']],
    ['73', 'Three year', 73, UNSEEN, ['tenure out-of-range', 'contract unseen']],
    ['$1,000', '1.0', 1000, 2, ['tenure out-of-range']],
  ])('tenure %j and contract %j are read as %d and level %d', (tenure, contract, value, code, notes) => {
    expect(read(tenure, contract)).toEqual({ value, code, problems: [], notes });
  });

  it('with a decimal comma is the same number', () => {
    expect(read('29,5', 'One year', ',').value).toBe(29.5);
  });

  it('that is no number refuses the row, saying what was found and what is expected', () => {
    const { problems } = read('three', 'One year');
    expect(problems).toEqual([{ column: 'tenure', found: 'three', expected: 'a number such as 29' }]);
    expect(batch.rowCount).toBe(0);
  });
});

describe('a batch', () => {
  it('holds what fits and not more', () => {
    clearRows(batch);
    addRow(batch, ['1', 'One year'], '.');
    addRow(batch, ['2', 'One year'], '.');
    expect(() => addRow(batch, ['3', 'One year'], '.')).toThrow(RangeError);
    expect(toTable(batch).rowCount).toBe(2);
  });
});

describe('the row that was read last', () => {
  const date: Feature = { ...number, name: 'since', type: 'date', range: null };
  const policy: Policy = { missing: 'typical', unseen: 'missing', outOfRange: 'clip' };
  const features = [number, category, date].map((feature) => ({ ...feature, policy }));
  const typed = (cells: Parameters<typeof addRow>[1], decimal: '.' | ',' = '.') => {
    const rows = createRowBatch(features, 1);
    addRow(rows, cells, decimal);
    return Object.values(lastRow(rows));
  };

  it.each<[Parameters<typeof addRow>[1], '.' | ',', ReturnType<typeof typed>]>([
    [['1,234', 'one YEAR ', '20.11.2026'], '.', [1234, 'One year', '2026-11-20']],
    [['1,234', 'One year', '2026/11/20'], ',', [1.234, 'One year', '2026-11-20']],
    [[' 70,35 €', '1.0', '2026-11-20T08:00'], ',', [70.35, '1', '2026-11-20']],
    [[' N/A ', undefined, null], '.', [null, null, null]],
    [['70,35', ' Weekly ', 'soon'], '.', ['70,35', 'Weekly', 'soon']],
  ])('is %j with decimal %j as values, whatever the policy', (cells, decimal, values) => {
    expect(typed(cells, decimal)).toEqual(values);
  });

  it('reads the same from its values as it did from text', () => {
    const values = typed(['1,234', 'one YEAR ', '20.11.2026'], ',');
    expect(typed(values, '.')).toEqual(values);
    expect(typed(values, ',')).toEqual(values);
  });

  it('finds the level of a number that another model had', () => {
    expect(typed([5, 1, null])).toEqual([5, '1', null]);
  });
});

describe('a policy', () => {
  const under = (policy: Partial<Policy>, tenure: string, contract: string, allowed?: AllowedRange) => {
    const features = [number, { ...category, mode: 'One year' }].map((feature) => ({
      ...feature,
      policy: { ...usualPolicy, ...policy },
      ...(allowed && feature === number ? { allowed } : {}),
    }));
    const rows = createRowBatch(features, 1);
    const { problems, notes } = addRow(rows, [tenure, contract], '.');
    const [first, second] = toTable(rows).columns;
    return {
      value: first?.kind === 'number' ? first.values[0] : null,
      code: second?.kind === 'category' ? second.codes[0] : null,
      problems,
      notes,
    };
  };

  it('may put what is typical in place of what is missing, and says so', () => {
    const { value, code, notes } = under({ missing: 'typical' }, '', '');
    expect([value, code]).toEqual([29, 1]);
    expect(notes).toEqual([
      { column: 'tenure', kind: 'missing', found: '', used: '29' },
      { column: 'contract', kind: 'missing', found: '', used: 'One year' },
    ]);
  });

  it('may take a level that was never seen for missing', () => {
    const { code, notes } = under({ unseen: 'missing' }, '5', 'Weekly');
    expect(code).toBe(MISSING);
    expect(notes).toEqual([{ column: 'contract', kind: 'unseen', found: 'Weekly', used: '' }]);
  });

  it('may take the nearest allowed number, and says so', () => {
    const high = under({ outOfRange: 'clip' }, '900', 'One year');
    expect([high.value, high.notes]).toEqual([
      72,
      [
        {
          column: 'tenure',
          kind: 'out-of-range',
          found: '900',
          beyond: 'above the training range (72)',
          used: '72',
        },
      ],
    ]);
    expect(under({ outOfRange: 'clip' }, '-1', 'One year', { min: 0.5, max: null }).value).toBe(0.5);
    expect(under({ outOfRange: 'clip' }, '900', 'One year', { min: 0.5, max: null }).value).toBe(900);
  });

  it('may refuse the row, saying what is expected', () => {
    const refuse = { missing: 'refuse', unseen: 'refuse', outOfRange: 'refuse' } as const;
    expect(under(refuse, '', 'Weekly').problems).toEqual([
      { column: 'tenure', found: '', expected: 'a value' },
      { column: 'contract', found: 'Weekly', expected: 'one of Month-to-month, One year, 1' },
    ]);
    expect(under(refuse, '73', 'One year').problems).toEqual([
      { column: 'tenure', found: '73', expected: '0 to 72' },
    ]);
  });

  it('distinguishes an allowed range from the training range, below it as well as above', () => {
    const limits = { min: 10, max: 10 };
    const words = (tenure: string): (string | undefined)[] =>
      under({}, tenure, 'One year', limits).notes.map(({ beyond }) => beyond);
    expect(words('9')).toEqual(['below the allowed range (10)']);
    expect(words('11')).toEqual(['above the allowed range (10)']);
    expect(words('10')).toEqual([]);
  });

  it('takes the first level for typical where a model does not know its most frequent one', () => {
    const rows = createRowBatch([{ ...category, policy: { ...usualPolicy, missing: 'typical' } }], 1);
    const { notes } = addRow(rows, [''], '.');
    expect(notes).toEqual([{ column: 'contract', kind: 'missing', found: '', used: 'Month-to-month' }]);
  });

  it('that is the usual one reads every row as no policy does', () => {
    const texts = fc.constantFrom('', '5', '-3', '900', 'x', 'One year', 'one year ', 'Weekly', '1.0');
    fc.assert(
      fc.property(texts, texts, (tenure, contract) => {
        const usual = under({}, tenure, contract);
        const none = read(tenure, contract);
        expect([usual.value, usual.code, usual.problems]).toEqual([none.value, none.code, none.problems]);
      }),
    );
  });
});
