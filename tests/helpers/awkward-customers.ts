/** Customers of many kinds of columns, and cells as odd as files and warehouses have them. */
import { createRandom, type Random } from './random.ts';

/** The model's columns, in their order; `id` names the customer. */
export const awkwardColumns = ['tenure', 'charge', 'since', 'plan', 'zone', 'active', 'visits'] as const;

const plans = [`It's "Pro"`, 'Ünïted Älpha', 'a\\b; --', '100 %', '日本語', 'Basic'];
const zones = ['1', '2', '10', '-3', 'abroad'];

/** History to train on, with the label `left`. */
export function awkwardHistory(rowCount: number): string {
  const random = createRandom(5);
  const rows = Array.from({ length: rowCount }, (_, i) => {
    const tenure = random.below(72);
    const charge = Math.round(random() * 10_000) / 100;
    const plan = random.pick(plans);
    const zone = random.pick(zones);
    const margin = -tenure / 30 + charge / 60 + plans.indexOf(plan) / 4 - zones.indexOf(zone) / 3;
    const left = random() < 1 / (1 + Math.exp(-margin)) ? 'yes' : 'no';
    const visits = random() < 0.2 ? '' : String(random.below(500) / 7);
    const since = new Date(Date.UTC(2019, 0, 1 + random.below(2_000))).toISOString().slice(0, 10);
    const cells = [
      tenure,
      charge,
      since,
      random() < 0.05 ? '' : plan,
      zone,
      random.pick(['True', 'False']),
      visits,
    ];
    return [`c${i}`, ...cells.map((cell) => `"${String(cell).replaceAll('"', '""')}"`), left].join(',');
  });
  return `id,${awkwardColumns.join(',')},left\n${rows.join('\n')}\n`;
}

const oddNumbers = [
  ...[
    '',
    ' ',
    'NA',
    'null',
    '\t7',
    ' 12 ',
    ' 12 ',
    '+3.5',
    '.5',
    '5.',
    '-0',
    '1e3',
    '1E-3',
    '1e15',
    '-1e15',
    '1e16',
  ],
  ...[
    '1e308',
    '-1e308',
    '5e-324',
    '1e-300',
    '1e999',
    '1e-999',
    'Infinity',
    'NaN',
    '0x1F',
    '1,5',
    'many',
    '1e',
    '--1',
  ],
  ...[
    '0.1000000000000000055511151231257827',
    '9'.repeat(400),
    '71.99999999999999',
    '000012',
    '1.7976931348623157e+308',
  ],
];
const oddDates = [
  ...[
    '',
    '2024-02-29',
    '2023-02-29',
    '2024/03/01',
    '01.12.2023',
    '31.04.2024',
    '2024-01-01 10:30',
    '2024-13-01',
  ],
  ...[
    '1900-02-29',
    '2000-02-29',
    '9999-12-31',
    '1970-01-01',
    '1969-12-31',
    'yesterday',
    '2024-00-10',
    '2022-06-30T08:15:00Z',
  ],
];
const oddLevels = [
  ...[
    `it's "pro"`,
    'ÜNÏTED älpha',
    '  Basic ',
    ' Basic ',
    'A\\B; --',
    '1.0',
    '1.00',
    '10.000',
    '1.',
    '-3.0',
    '2.05',
    'TRUE',
    'false',
  ],
  ...[
    '',
    'n/a',
    'None',
    `'; DROP TABLE customers; --`,
    'Ω≈ç√∫ 🙂',
    'x'.repeat(100),
    '日本',
    'ABROAD',
    'nan',
    '\nBasic\n',
  ],
];

/** Cells in the order of the columns; the same rows in every run. */
export function awkwardRows(rowCount: number): (string | null)[][] {
  const random = createRandom(9);
  return Array.from({ length: rowCount }, () => awkwardColumns.map((column) => cellOf(column, random)));
}

function cellOf(column: (typeof awkwardColumns)[number], random: Random): string | null {
  const isOdd = random() < 0.12;
  if (isOdd && random() < 0.1) return null;
  switch (column) {
    case 'since':
      return isOdd
        ? random.pick(oddDates)
        : new Date(Date.UTC(2018, 0, 1 + random.below(3_000))).toISOString().slice(0, 10);
    case 'plan':
      return isOdd ? random.pick(oddLevels) : random.pick(plans);
    case 'zone':
      return isOdd ? random.pick(oddLevels) : random.pick(zones);
    case 'active':
      return isOdd ? random.pick(oddLevels) : random.pick(['True', 'False']);
    case 'tenure':
      return isOdd ? random.pick(oddNumbers) : String(random.below(90));
    case 'charge':
    case 'visits':
      return isOdd ? random.pick(oddNumbers) : String(random.below(1_200_000) / 10_007);
  }
}
