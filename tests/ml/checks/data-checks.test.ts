import { describe, expect, it } from 'vitest';

import { checkTrainingTable } from '../../../src/ml/checks/data-checks.ts';
import { createRandom } from '../../../src/ml/math/random.ts';
import type { Column } from '../../../src/ml/data/table.ts';

const rowCount = 2_000;
const random = createRandom(5);
const target = Uint8Array.from({ length: rowCount }, () => Number(random.next() < 0.25));

function numbers(name: string, value: (row: number) => number): Column {
  return { kind: 'number', name, values: Float64Array.from({ length: rowCount }, (_, row) => value(row)) };
}
function category(name: string, levels: number, code: (row: number) => number): Column {
  return {
    kind: 'category',
    name,
    levels: Array.from({ length: levels }, (_, i) => `level ${i}`),
    codes: Int32Array.from({ length: rowCount }, (_, row) => code(row)),
  };
}
/** What is found about one column among ordinary ones. */
function kindsFor(...columns: Column[]): string[] {
  const noise = numbers('noise', () => random.normal());
  return checkTrainingTable({ rowCount, columns: [noise, ...columns] }, target).map(
    ({ kind, column }) => `${kind}: ${column ?? 'table'}`,
  );
}

describe('leaks', () => {
  it('finds a near-copy of the label, as a category and as a number', () => {
    const flip = (row: number, share: number): number =>
      random.next() < share ? 1 - target[row]! : target[row]!;
    expect(kindsFor(category('closed', 2, (row) => flip(row, 0.01)))).toEqual(['near-copy: closed']);
    expect(kindsFor(numbers('final bill', (row) => target[row]! * 50 + random.next()))).toEqual([
      'near-copy: final bill',
    ]);
  });

  it('finds a column that is only filled in for those who left', () => {
    const found = kindsFor(
      numbers('cancelled on', (row) => (target[row] === 1 ? 20_000 + Math.floor(random.next() * 90) : NaN)),
    );
    expect(found).toContain('near-copy: cancelled on');
  });

  it('finds it though nearly every value is different, or many customers who left have none', () => {
    const days = numbers('left on', (row) => (target[row] === 1 ? 19_000 + Math.floor(row / 3) : NaN));
    expect(kindsFor(days)).toEqual(['near-copy: left on']);
    const some = numbers('reason', (row) => (target[row] === 1 && row % 2 === 0 ? 1 : NaN));
    expect(kindsFor(some)).toEqual(['mostly-missing: reason', 'leak: reason']);
  });

  it('suspects a column with an AUC above 0.9', () => {
    expect(kindsFor(numbers('calls to cancel', (row) => target[row]! * 2.2 + random.normal()))).toEqual([
      'leak: calls to cancel',
    ]);
  });

  it('leaves a strong but ordinary column alone', () => {
    expect(kindsFor(numbers('tenure', (row) => target[row]! * 1.2 + random.normal()))).toEqual([]);
  });

  it('is not fooled by a column with many values, however well it could be learned by heart', () => {
    expect(kindsFor(category('street', 400, () => random.below(400)))).toEqual(['many-levels: street']);
    expect(kindsFor(numbers('id', (row) => 10_000 + row))).toEqual(['identifier: id']);
  });
});

describe('columns without information', () => {
  it('names each by its kind', () => {
    expect(kindsFor(numbers('empty', () => NaN))).toEqual(['all-missing: empty']);
    expect(kindsFor(numbers('same', () => 7))).toEqual(['constant: same']);
    expect(kindsFor(category('rare', 2, (row) => Number(row < 3)))).toEqual(['nearly-constant: rare']);
    expect(kindsFor(numbers('sparse', (row) => (row % 10 === 0 ? random.normal() : NaN)))).toEqual([
      'mostly-missing: sparse',
    ]);
  });

  it('does not take amounts in whole units for identifiers', () => {
    expect(kindsFor(numbers('salary', () => Math.floor(random.next() * 200_000)))).toEqual([]);
  });

  it('finds columns with the same information', () => {
    const codes = Array.from({ length: rowCount }, () => random.below(3));
    const found = kindsFor(
      category('country', 3, (row) => codes[row]!),
      category('currency', 3, (row) => (codes[row]! + 1) % 3),
    );
    expect(found).toEqual(['duplicate-column: currency']);
  });
});

describe('copies of rows', () => {
  const [first, ...rest] = [1, 2, 3].map((n) => numbers(`n${n}`, () => random.normal()));
  const twice = (column: Column): Column =>
    column.kind === 'number'
      ? {
          ...column,
          values: column.values.map((value, row) => (row < 1_000 ? value : column.values[row % 1_000]!)),
        }
      : column;
  const labels = target.map((label, row) => (row < 1_000 ? label : target[row % 1_000]!));

  it('are found where chance does not make them', () => {
    const columns = [twice(first!), ...rest.map(twice)];
    const issues = checkTrainingTable({ rowCount, columns }, labels);
    expect(issues).toMatchObject([
      { kind: 'duplicate-rows', severity: 'warns', column: null, figure: 1_000 },
    ]);
    expect(issues[0]!.message).toMatch(/^1000 rows/);
  });

  it('are not reported where few columns have few levels', () => {
    const columns = [category('a', 3, () => random.below(3)), category('b', 4, () => random.below(4))];
    expect(checkTrainingTable({ rowCount, columns }, target)).toEqual([]);
  });
});

describe('amounts', () => {
  const of = (rows: number, left: number) => {
    const values = Float64Array.from({ length: rows }, () => random.normal());
    const labels = Uint8Array.from({ length: rows }, (_, row) => Number(row < left));
    return checkTrainingTable(
      { rowCount: rows, columns: [{ kind: 'number', name: 'x', values }] },
      labels,
    ).map(({ kind, severity }) => `${kind} ${severity}`);
  };

  it('blocks where nothing can be learned, warns where little can', () => {
    expect(of(15, 5)).toEqual(['too-few-rows blocks', 'few-leavers blocks']);
    expect(of(0, 0)).toEqual(['too-few-rows blocks', 'one-class blocks']);
    expect(of(1_000, 0)).toEqual(['one-class blocks']);
    expect(of(1_000, 5)).toEqual(['few-leavers blocks']);
    expect(of(300, 100)).toEqual(['too-few-rows warns']);
    expect(of(1_000, 30)).toEqual(['few-leavers warns']);
    expect(of(1_000, 300)).toEqual([]);
  });

  it('says a sentence about what was found and one about what to do', () => {
    const [issue] = checkTrainingTable({ rowCount: 0, columns: [] }, new Uint8Array());
    expect(issue!.message).toMatch(/\.$/);
    expect(issue!.fix).toMatch(/\.$/);
  });
});
