import { describe, expect, it } from 'vitest';
import { fitEncoder, encodeTable } from '../../../src/ml/data/encoding.ts';
import { inferColumns, positiveLevelOf, readColumn } from '../../../src/ml/data/schema-inference.ts';
import { MISSING, takeRows, UNSEEN } from '../../../src/ml/data/table.ts';

const rows = 300;
const each = (cell: (i: number) => string | number): string[] =>
  Array.from({ length: rows }, (_, i) => String(cell(i)));

describe('the columns of a telecom table', () => {
  const columns = {
    customerID: each((i) => `${1000 + i}-ABCDE`),
    SeniorCitizen: each((i) => i % 2),
    tenure: each((i) => i % 73),
    Contract: each((i) => ['Month-to-month', 'One year', 'Two year'][i % 3]!),
    MonthlyCharges: each((i) => 20 + i / 10),
    TotalCharges: each((i) => (i % 50 === 0 ? ' ' : i * 1.5)),
    Since: each((i) => `2024-01-${String(1 + (i % 28)).padStart(2, '0')}`),
    Constant: each(() => 'x'),
    Churn: each((i) => (i % 4 === 0 ? 'Yes' : 'No')),
  };
  const inferred = inferColumns(Object.keys(columns), Object.values(columns), '.');

  it.each([
    ['customerID', 'text', 'identifier'],
    ['SeniorCitizen', 'boolean', 'feature'],
    ['tenure', 'number', 'feature'],
    ['Contract', 'category', 'feature'],
    ['MonthlyCharges', 'number', 'value'],
    ['TotalCharges', 'number', 'feature'],
    ['Since', 'date', 'feature'],
    ['Constant', 'category', 'ignored'],
    ['Churn', 'boolean', 'label'],
  ])('%s is a %s, used as %s', (name, type, role) => {
    expect(inferred.find((column) => column.name === name)).toMatchObject({ type, role });
  });

  it('count what is missing', () => {
    expect(inferred.find(({ name }) => name === 'TotalCharges')?.missing).toBe(6);
  });
});

describe('the columns of a bank table', () => {
  const columns = {
    RowNumber: each((i) => i + 1),
    CustomerId: each((i) => 15_600_000 + i * 7),
    Surname: each((i) => `Name${i % 150}`),
    CreditScore: each((i) => 400 + ((i * 37) % 450)),
    Balance: each((i) => (i % 3 ? 1000.5 * i : 0)),
    Exited: each((i) => (i % 5 === 0 ? 1 : 0)),
  };
  const inferred = inferColumns(Object.keys(columns), Object.values(columns), '.');

  it('leave identifiers and surnames out and find who left', () => {
    expect(Object.fromEntries(inferred.map(({ name, role }) => [name, role]))).toEqual({
      RowNumber: 'ignored',
      CustomerId: 'identifier',
      Surname: 'ignored',
      CreditScore: 'feature',
      Balance: 'feature',
      Exited: 'label',
    });
  });
});

describe('the positive level', () => {
  it.each([
    [['No', 'Yes'], 'Yes'],
    [['1', '0'], '1'],
    [['TRUE', 'FALSE'], 'TRUE'],
    [['left', 'stayed'], 'left'],
    [['A', 'B'], null],
  ])('of %j is %j', (levels, positive) => {
    expect(positiveLevelOf(levels)).toBe(positive);
  });
});

describe('the encoder', () => {
  const table = {
    rowCount: 4,
    columns: [
      readColumn('plan', 'category', ['a', 'b', '', 'c'], '.'),
      readColumn('n', 'number', ['1', '2', '', '9'], '.'),
    ],
  };
  const features = fitEncoder(takeRows(table, Int32Array.of(0, 1, 2)), ['category', 'number']);

  it('knows the training rows alone', () => {
    expect(features[0]).toMatchObject({ levels: ['a', 'b'], missingShare: expect.closeTo(1 / 3) as number });
    expect(features[1]?.range).toEqual({ min: 1, max: 2, median: 1.5, integer: true });
  });

  it('makes what other rows held unseen, and keeps missing missing', () => {
    const [column] = encodeTable(features, table).columns;
    expect(column?.kind === 'category' && [...column.codes]).toEqual([0, 1, MISSING, UNSEEN]);
  });

  it('refuses a table without one of its columns, or with another type', () => {
    expect(() => encodeTable(features, { rowCount: 4, columns: [table.columns[0]!] })).toThrow(
      /no column 'n'/,
    );
    const numbers = [readColumn('plan', 'number', ['1', '2', '3', '4'], '.'), table.columns[1]!];
    expect(() => encodeTable(features, { rowCount: 4, columns: numbers })).toThrow(/not of the type/);
  });
});

describe('columns beside the label that know the end of the story', () => {
  const header = [
    'id',
    'tenure',
    'Churn?',
    'Churn Value',
    'Churn Reason',
    'prior_attrition_score',
    'cancelled_orders',
  ];
  const cells = header.map((_, j) =>
    Array.from(
      { length: 400 },
      (_row, row) =>
        [
          `c${row}`,
          String(row % 72),
          row % 3 === 0 ? ' True.' : ' False.',
          String(Number(row % 3 === 0)),
          `reason ${row % 5}`,
          String(row % 97),
          String(row % 7),
        ][j]!,
    ),
  );
  const columns = inferColumns(header, cells, '.');

  it('are left out, and ordinary ones stay', () => {
    expect(columns.map(({ role }) => role)).toEqual([
      'identifier',
      'feature',
      'label',
      'ignored',
      'ignored',
      'ignored',
      'feature',
    ]);
  });

  it('do not keep the label from being understood', () => {
    expect(positiveLevelOf(columns[2]!.levels)).toBe(' True.');
  });
});

describe('a column of many levels', () => {
  const cells = (levels: number, each: number, prefix: string): string[] =>
    Array.from({ length: levels * each }, (_, row) => `${prefix}${row % levels}`);
  const inferOne = (name: string, column: readonly string[]) => inferColumns([name], [column], '.')[0]!;

  it('is a category where the levels repeat, and text where they hardly do', () => {
    expect(inferOne('dealer', cells(400, 6, 'D'))).toMatchObject({ type: 'category', role: 'feature' });
    expect(inferOne('dealer', cells(400, 6, 'D')).levels).toHaveLength(400);
    expect(inferOne('comment', cells(400, 3, 'said '))).toMatchObject({ type: 'text', role: 'ignored' });
    expect(inferOne('street', cells(1200, 6, 'S'))).toMatchObject({ type: 'text', role: 'ignored' });
  });

  it('is no category where it names customers', () => {
    expect(inferOne('customer_id', cells(400, 6, 'C'))).toMatchObject({ type: 'text', role: 'identifier' });
    expect(inferOne('surname', cells(400, 6, 'S'))).toMatchObject({ type: 'text', role: 'ignored' });
  });
});
