import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TextTable } from '../../../../src/domain/datasets/labels/proxy-label.ts';
import {
  buildCurrentCustomers,
  buildCustomerTable,
  suggestHorizon,
  TransactionLabel,
} from '../../../../src/domain/datasets/customers-from-transactions/cut-off.ts';
import { sampleTransactions } from '../../../../src/domain/datasets/customers-from-transactions/sample.ts';
import { Unprocessable } from '../../../../src/errors.ts';
import { createRandom } from '../../../../src/ml/math/random.ts';

const options: TransactionLabel = {
  customer: 'who',
  date: 'when',
  amount: 'paid',
  category: null,
  cutoff: '2026-06-30',
  horizonDays: 60,
  activeDays: null,
};

function tableOf(rows: readonly (readonly [who: string, when: string, paid?: string])[]): TextTable {
  const header = ['who', 'when', 'paid'];
  return { header, cells: header.map((_, j) => rows.map((row) => row[j] ?? '10')), decimal: '.' };
}

const shop = tableOf([
  ['stays', '2026-05-01'],
  ['stays', '2026-08-29'],
  ['leaves', '2026-06-30'],
  ['late', '2026-06-01'],
  ['late', '2026-08-30'],
  ['quiet', '2026-03-01'],
  ['quiet', '2026-07-15'],
  ['new', '2026-07-01'],
  ['odd', 'soon'],
  ['end', '2026-01-01'],
  ['end', '2026-10-31'],
]);

const sample: TextTable = { ...sampleTransactions(400, 11), decimal: '.' };
const sampleOptions: TransactionLabel = {
  ...options,
  customer: 'CustomerID',
  date: 'Date',
  amount: 'Amount',
  category: 'Category',
};

describe('a customer table from transactions', () => {
  const table = buildCustomerTable(shop, options);

  it('calls left who made no transaction in the horizon after the cut-off', () => {
    expect(table.header[0]).toBe('who');
    expect(table.header.at(-1)).toBe('Churn');
    expect(table.cells[0]).toEqual(['late', 'leaves', 'stays']);
    expect(table.cells.at(-1)).toEqual(['Yes', 'Yes', 'No']);
    expect(table.leftCount).toBe(2);
  });

  it('counts the customers and transactions that it leaves out', () => {
    expect(table.counts).toEqual({ customers: 3, inactive: 2, later: 1, skippedRows: 1 });
    expect(table.notes).toEqual([
      'Transactions left out because the customer, date or amount cannot be read: 1.',
      'Customers left out because they bought nothing in the last 120 days: 2.',
      'Customers left out because they first bought after the cut-off date: 1.',
      'Only 2 customers left; a model needs at least 50.',
    ]);
  });

  it('writes large counts as figures are written', () => {
    const before = Array.from({ length: 1_200 }, (_, i) => [`gone ${i}`, '2026-01-02'] as const);
    const { header, cells, decimal } = shop;
    const many = tableOf(before).cells.map((column, j) => [...column, ...cells[j]!]);
    expect(buildCustomerTable({ header, cells: many, decimal }, options).notes[1]).toBe(
      'Customers left out because they bought nothing in the last 120 days: 1,202.',
    );
  });

  it('includes customers who were active in the given days', () => {
    const { cells, counts } = buildCustomerTable(shop, { ...options, activeDays: 30 });
    expect(cells[0]).toEqual(['late', 'leaves']);
    expect(counts.inactive).toBe(3);
  });

  it('takes the latest cut-off that leaves room for the horizon', () => {
    expect(buildCustomerTable(shop, { ...options, cutoff: null }).cutoff).toBe('2026-09-01');
  });

  it('refuses a horizon that the data do not reach, and says what is possible', () => {
    const attempt = (changes: Partial<TransactionLabel>) => () =>
      buildCustomerTable(shop, { ...options, ...changes });
    expect(attempt({ cutoff: '2026-09-02' })).toThrow(Unprocessable);
    expect(attempt({ cutoff: '2026-09-02' })).toThrow('the latest possible cut-off date is 2026-09-01');
    expect(attempt({ horizonDays: 400 })).toThrow(
      'cover 304 days, too few to count 400 days without a purchase as churn',
    );
    expect(attempt({ cutoff: '2025-06-30' })).toThrow(
      'The cut-off date 2025-06-30 is before the first transaction on 2026-01-01',
    );
  });

  it('keeps the name of the customer column apart from the others', () => {
    const renamed = { ...shop, header: ['spend', 'when', 'paid'] };
    expect(buildCustomerTable(renamed, { ...options, customer: 'spend' }).header[0]).toBe('customer_id');
  });

  it('is asked for as JSON within limits', () => {
    expect(TransactionLabel.parse(options)).toEqual(options);
    expect(TransactionLabel.safeParse({ ...options, horizonDays: 0 }).success).toBe(false);
    expect(TransactionLabel.safeParse({ ...options, cutoff: '6/30/2026' }).success).toBe(false);
  });
});

describe('the expected monthly spend', () => {
  const expected = { ...sampleOptions, expectedSpend: true };
  const columnOf = (table: { header: readonly string[]; cells: readonly (readonly string[])[] }) =>
    table.cells[table.header.indexOf('expected_monthly_spend')];

  it('is a column where it is asked for, of labelled and of current customers', () => {
    expect(columnOf(buildCustomerTable(sample, sampleOptions))).toBeUndefined();
    for (const table of [buildCustomerTable(sample, expected), buildCurrentCustomers(sample, expected)])
      for (const cell of columnOf(table)!) expect(Number(cell)).toBeGreaterThan(0);
  });

  it('is computed from what was known on the cut-off date', () => {
    const { cutoff, ...table } = buildCustomerTable(sample, expected);
    const isKnown = sample.cells[1]!.map((day) => day <= cutoff);
    const halved = sample.cells[2]!.map((amount, row) => (isKnown[row] ? amount : '1'));
    const changed = { ...sample, cells: sample.cells.map((cells, j) => (j === 2 ? halved : cells)) };
    expect(columnOf(buildCustomerTable(changed, expected))).toEqual(columnOf(table));
  });

  it('is refused in words where nobody bought a second time', () => {
    const once = tableOf([
      ['a', '2026-01-01'],
      ['b', '2026-06-30'],
      ['c', '2026-10-31'],
    ]);
    expect(() => buildCustomerTable(once, { ...options, expectedSpend: true })).toThrow(
      'No customer bought on a second day',
    );
  });
});

describe('the current customers', () => {
  it('have the same features on the last day of the data, and no label', () => {
    const { header, cells, cutoff } = buildCurrentCustomers(shop, options);
    expect(cutoff).toBe('2026-10-31');
    expect(header).toEqual(buildCustomerTable(shop, options).header.slice(0, -1));
    // 'new' bought 122 days before, 'quiet' 108.
    expect(cells[0]).toEqual(['end', 'late', 'quiet', 'stays']);
  });

  it('look back as far as the labelled customers do', () => {
    // The cut-off leaves 181 days on record, so the last 180 count; the last day has 304.
    const { header, cells } = buildCurrentCustomers(shop, options);
    const end = (name: string): string => cells[header.indexOf(name)]![0]!;
    expect(end('tenure_days')).toBe('179');
    expect(end('purchases')).toBe('1');
    expect(end('average_gap_days')).toBe('');
  });

  it('are described as the same look-back from a later start would describe them', () => {
    const lately = shop.cells[0]!.map((who, row) => [who, shop.cells[1]![row]!] as const).filter(
      ([, when]) => when >= '2026-05-04',
    );
    const later = tableOf([...lately, ['first', '2026-05-04'], ['last', '2027-01-31']]);
    const { header, cells } = buildCustomerTable(later, { ...options, cutoff: '2026-10-31' });
    const now = buildCurrentCustomers(shop, options);
    expect(cells[0]).toEqual(now.cells[0]);
    cells.slice(0, -1).forEach((column, j) => {
      // Customers of before that start are older than it shows.
      if (!['tenure_days', 'monthly_spend'].includes(header[j]!))
        expect(column, header[j]).toEqual(now.cells[j]);
    });
  });
});

describe('the current customers of a young shop', () => {
  /** Customers with a number beyond those of the labelled table, or a number where all of it is blank. */
  function shareBeyond(transactions: TextTable, wanted: TransactionLabel): number {
    const labelled = buildCustomerTable(transactions, wanted);
    const now = buildCurrentCustomers(transactions, wanted);
    expect(now.header).toEqual(labelled.header.slice(0, -1));
    const beyond = new Set<number>();
    now.header.forEach((name, j) => {
      if (j === 0 || name === 'favourite_category') return;
      const seen = labelled.cells[j]!.filter((cell) => cell !== '').map(Number);
      const [low, high] = [Math.min(...seen), Math.max(...seen)];
      now.cells[j]!.forEach((cell, row) => {
        if (cell !== '' && !(Number(cell) >= low && Number(cell) <= high)) beyond.add(row);
      });
    });
    return beyond.size / now.cells[0]!.length;
  }

  it('have bought as often as some of training even where all joined at the same time', () => {
    // As in the records of CDNOW: everybody's first purchase lies in the first weeks.
    const random = createRandom(3);
    const bought = Array.from({ length: 600 }, (_, i) => {
      const first = random.below(84);
      const more = Array.from({ length: 1 + random.below(4) }, () => first + random.below(545 - first));
      return [first, ...more].map(
        (day) => [`c${i}`, new Date(Date.UTC(2025, 0, 1 + day)).toISOString().slice(0, 10)] as const,
      );
    }).flat();
    expect(shareBeyond(tableOf(bought), { ...options, cutoff: null })).toBeLessThan(0.02);
  });

  it.each([100, 150, 300, 600])('with %i days on record are nearly all like those of training', (days) => {
    const { header, cells } = sampleTransactions(3_000, 5);
    const end = new Date(Date.UTC(2025, 0, days)).toISOString().slice(0, 10);
    const kept = cells[0]!.map((_, row) => row).filter((row) => cells[1]![row]! <= end);
    const young = {
      header,
      cells: cells.map((column) => kept.map((row) => column[row]!)),
      decimal: '.' as const,
    };
    expect(shareBeyond(young, { ...sampleOptions, cutoff: null, horizonDays: 45 })).toBeLessThan(0.02);
  });
});

describe('the horizons side by side', () => {
  const comparison = suggestHorizon(sample, sampleOptions);

  it('are about the same customers, and by a longer one fewer left', () => {
    expect(comparison.cutoff).toBe('2026-08-02');
    expect(comparison.choices.map(({ days }) => days)).toEqual([30, 45, 60, 90]);
    const leftCount = comparison.choices.map((choice) => choice.leftCount);
    expect(leftCount).toEqual(leftCount.toSorted((a, b) => b - a));
    for (const choice of comparison.choices)
      expect(choice.baseRate).toBeCloseTo(choice.leftCount / comparison.customers, 12);
  });

  it('count the labels that differ from the present horizon, and customers who come back', () => {
    const [of30, , of60, of90] = comparison.choices;
    expect(of60!.flipped).toBe(0);
    expect(of30!.flipped).toBe(of30!.leftCount - of60!.leftCount);
    expect(of30!.returned).toBeCloseTo((of30!.leftCount - of90!.leftCount) / of30!.leftCount, 12);
    expect(of90!.returned, 'the data end with its 90 days').toBeNull();
  });

  it('agree with the table that is made by each', () => {
    for (const { days, leftCount } of comparison.choices) {
      const { cutoff } = comparison;
      const table = buildCustomerTable(sample, {
        ...sampleOptions,
        cutoff,
        horizonDays: days,
        activeDays: 120,
      });
      expect(table.leftCount).toBe(leftCount);
    }
  });

  it('suggest the shortest of which at most a fifth of those who left come back', () => {
    const enough = comparison.choices
      .filter(({ returned }) => returned !== null && returned <= 0.2)
      .map(({ days }) => days);
    expect(comparison.suggested).toBe(enough[0]);
  });

  it('include the present one, and leave out those that the data are too short for', () => {
    const short = tableOf([
      ['a', '2026-01-01'],
      ['a', '2026-03-01'],
      ['b', '2026-04-14'],
    ]);
    const shortOptions = { ...options, horizonDays: 20, activeDays: 100 };
    expect(suggestHorizon(short, shortOptions).choices.map(({ days }) => days)).toEqual([20, 30]);
    const tooShort = tableOf([
      ['a', '2026-01-01'],
      ['b', '2026-02-01'],
    ]);
    expect(() => suggestHorizon(tooShort, options)).toThrow('cover 32 days; 90 days or more are needed');
  });
});

/** The rows of the sample, in two parts: known on the cut-off date, and later. */
const cutoff = '2026-06-30';
const rows = sample.cells[0]!.map((_, row) => sample.cells.map((cells) => cells[row]!));
const before = rows.filter((row) => row[1]! <= cutoff);
const after = rows.filter((row) => row[1]! > cutoff);
const lastRow = rows.at(-1)!;

function build(some: readonly (readonly string[])[]) {
  const cells = sample.header.map((_, j) => some.map((row) => row[j]!));
  return buildCustomerTable({ ...sample, cells }, { ...sampleOptions, cutoff });
}

const whole = build(rows);

describe('what is known on the cut-off date', () => {
  it('says nothing of what comes later: no change to a later transaction changes a feature', () => {
    const changed = fc.record({
      day: fc.integer({ min: 1, max: 31 }),
      month: fc.integer({ min: 7, max: 12 }),
      amount: fc.integer({ min: -500, max: 500 }),
      category: fc.constantFrom('Toys', 'Aardvarks', ''),
      to: fc.constantFrom('K-10001', 'K-10002', 'A-new', 'Z-new'),
      isKept: fc.boolean(),
    });
    const later = fc.array(changed, { minLength: after.length, maxLength: after.length });
    const places = fc.array(fc.nat(before.length), { minLength: after.length, maxLength: after.length });
    fc.assert(
      fc.property(later, places, (changes, at) => {
        const kept = after.flatMap((row, i) => {
          const { day, month, amount, category, to, isKept } = changes[i]!;
          const date = `2026-${String(month).padStart(2, '0')}-${String(Math.min(day, 30)).padStart(2, '0')}`;
          return isKept
            ? [{ at: at[i]!, row: [i % 3 === 0 ? to : row[0]!, date, String(amount), category] }]
            : [];
        });
        const mixed = [...before.map((row, i) => ({ at: i, row })), ...kept].sort((a, b) => a.at - b.at);
        const { header, cells } = build([...mixed.map(({ row }) => row), lastRow]);
        expect(header).toEqual(whole.header);
        expect(cells.slice(0, -1)).toEqual(whole.cells.slice(0, -1));
      }),
      { numRuns: 15 },
    );
  });

  it('does not make the label: without some earlier transactions whoever stays in keeps it', () => {
    const labels = new Map(whole.cells[0]!.map((who, row) => [who, whole.cells.at(-1)![row]!]));
    const isKept = fc.array(fc.boolean(), { minLength: before.length, maxLength: before.length });
    fc.assert(
      fc.property(isKept, (kept) => {
        const { cells } = build([...before.filter((_, i) => kept[i]), ...after]);
        expect(cells[0]!.map((who) => labels.get(who))).toEqual(cells.at(-1));
      }),
      { numRuns: 15 },
    );
  });
});
