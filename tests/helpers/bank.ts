/** A bank's customers, generated: identifiers, surnames, blanks, and a label of 0 and 1 called Exited. */
import { createRandom } from '../../src/ml/math/random.ts';

const surnames = [
  'Hargrave',
  'Okafor',
  'Lindqvist',
  'Moreau',
  'Tanaka',
  'Petrov',
  'Alvarez',
  'Novak',
  "O'Neill",
  'Zhou',
];

export function bankCsv(count: number, seed: number, withLabel = true): string {
  const random = createRandom(seed);
  const pick = <T>(items: readonly T[]): T => items[random.below(items.length)]!;
  const rows = Array.from({ length: count }, (_, row) => {
    const age = 18 + Math.floor(60 * random.next() ** 1.6);
    const country = pick(['France', 'France', 'Germany', 'Spain']);
    const products = pick([1, 1, 1, 2, 2, 2, 3]);
    const active = random.next() < 0.5 ? 1 : 0;
    const balance = random.next() < 0.35 ? 0 : Math.round(60_000 + 60_000 * random.next());
    const margin =
      -3 +
      0.07 * (age - 38) +
      (country === 'Germany' ? 0.8 : 0) +
      (products === 3 ? 2 : products === 2 ? -0.9 : 0) -
      0.9 * active;
    const exited = random.next() < 1 / (1 + Math.exp(-margin - 1)) ? 1 : 0;
    return [
      row + 1,
      15_565_000 + ((row * 7_919) % 250_000),
      `${pick(surnames)} ${pick(surnames)} ${row % 800}`,
      350 + random.below(500),
      country,
      random.next() < 0.01 ? '' : pick(['Male', 'Female']),
      random.next() < 0.03 ? '' : age,
      random.below(11),
      balance,
      products,
      active,
      (20_000 + 100_000 * random.next()).toFixed(2),
      ...(withLabel ? [exited] : []),
    ].join(',');
  });
  const header = [
    ...[
      'RowNumber',
      'CustomerId',
      'Surname',
      'CreditScore',
      'Geography',
      'Gender',
      'Age',
      'Tenure',
      'Balance',
    ],
    ...['NumOfProducts', 'IsActiveMember', 'EstimatedSalary'],
    ...(withLabel ? ['Exited'] : []),
  ];
  return `${[header.join(','), ...rows].join('\n')}\n`;
}
