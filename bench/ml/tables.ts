/**
 * Writes generated churn tables that ask for different models, from a straight line to leaves of one row:
 *
 *   npx tsx bench/ml/tables.ts --out FOLDER
 *
 * duplicates.csv    5,000 rows, of which 30 % repeat another one under a customer ID of their own
 * interactions.csv  6,000 rows whose log-odds come from trees of depth 6 over 12 columns
 * groups.csv        6,000 rows in 400 small groups of like customers, each with its own churn rate
 * levels.csv        9,000 rows with a category of 1,000 levels that matters
 * wide.csv          5,000 rows × 50 columns, of which 12 matter
 * rare.csv          10,000 rows, 2 % of whom left
 *
 * The seed is fixed: every run writes the same bytes.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createRandom, type Random } from '../../src/ml/math/random.ts';
import { sigmoid } from '../../src/ml/math/sigmoid.ts';

/** Cells of one row, the label last. */
type Row = readonly string[];
interface Generated {
  readonly header: readonly string[];
  readonly rows: readonly Row[];
}

const generators: Readonly<Record<string, (random: Random) => Generated>> = {
  duplicates,
  interactions,
  groups,
  levels,
  wide,
  rare,
};

const { values } = parseArgs({
  options: { out: { type: 'string' }, seed: { type: 'string', default: '1' } },
});
if (values.out === undefined) throw new Error('--out FOLDER is required');
mkdirSync(values.out, { recursive: true });
Object.entries(generators).forEach(([name, generate], place) => {
  const { header, rows } = generate(createRandom(1000 * Number(values.seed) + place));
  const lines = rows.map((row, i) => [`C${String(i + 1).padStart(5, '0')}`, ...row].join(','));
  writeFileSync(
    join(values.out!, `${name}.csv`),
    [['customer_id', ...header, 'churn'].join(','), ...lines, ''].join('\n'),
  );
});

function duplicates(random: Random): Generated {
  const { header, rows } = nearlyAdditive(random, 3500, { strength: 1, base: -1 });
  const copies = Array.from({ length: 1500 }, () => rows[random.below(rows.length)]!);
  return { header, rows: shuffled([...rows, ...copies], random) };
}

function rare(random: Random): Generated {
  return nearlyAdditive(random, 10_000, { strength: 1, base: -4.7 });
}

/** Numbers and categories with additive effects, one bend and one interaction. */
function nearlyAdditive(
  random: Random,
  count: number,
  { strength, base }: { readonly strength: number; readonly base: number },
): Generated {
  const plans = ['basic', 'plus', 'max'];
  const regions = Array.from({ length: 12 }, (_, i) => `region ${i + 1}`);
  const regionEffects = regions.map(() => 0.5 * random.normal());
  const rows = Array.from({ length: count }, () => {
    const tenure = Math.floor(72 * random.next() ** 1.5);
    const charge = 20 + 90 * random.next();
    const calls = Math.floor(-1.5 * Math.log(1 - random.next()));
    const plan = random.below(3);
    const region = random.below(12);
    const isPaperless = random.below(2);
    const usage = Math.exp(random.normal());
    const margin =
      base +
      strength *
        (1.5 * Math.exp(-tenure / 12) -
          0.5 +
          0.6 * (charge > 70 ? 1 : 0) +
          0.45 * Math.min(calls, 4) -
          0.5 * plan +
          regionEffects[region]! +
          0.3 * isPaperless +
          (plan === 0 && usage > 1.5 ? 1.2 : 0));
    return [
      tenure,
      charge.toFixed(2),
      calls,
      plans[plan]!,
      regions[region]!,
      isPaperless === 1 ? 'yes' : 'no',
      usage.toFixed(3),
      random.normal().toFixed(3),
      label(margin, random),
    ].map(String);
  });
  return { header: ['tenure', 'charge', 'calls', 'plan', 'region', 'paperless', 'usage', 'score'], rows };
}

function interactions(random: Random): Generated {
  const trees = Array.from({ length: 4 }, () => randomTree(random, 6));
  const rows = Array.from({ length: 6000 }, () => {
    const numbers = Array.from({ length: 8 }, () => random.next());
    const flags = Array.from({ length: 4 }, () => random.below(2));
    const cells = [...numbers, ...flags];
    const margin = -0.8 + trees.reduce((sum, tree) => sum + tree(cells), 0);
    return [
      ...numbers.map((x) => x.toFixed(4)),
      ...flags.map((x) => (x === 1 ? 'yes' : 'no')),
      label(margin, random),
    ];
  });
  return { header: [...names('x', 8), ...names('flag', 4)], rows };
}

/** A tree of the given depth over 12 cells: 8 uniform numbers, 4 flags; leaves are normal. */
function randomTree(random: Random, depth: number): (cells: readonly number[]) => number {
  if (depth === 0) {
    const value = 1.3 * random.normal();
    return () => value;
  }
  const column = random.below(12);
  const cut = column < 8 ? 0.25 + 0.5 * random.next() : 0.5;
  const [below, above] = [randomTree(random, depth - 1), randomTree(random, depth - 1)];
  return (cells) => (cells[column]! < cut ? below : above)(cells);
}

function groups(random: Random): Generated {
  const centres = Array.from({ length: 400 }, () => ({
    numbers: Array.from({ length: 6 }, () => random.normal()),
    region: random.below(8),
    plan: random.below(3),
    margin: random.next() < 0.27 ? 1.5 + random.normal() : -3 + random.normal(),
  }));
  const rows = Array.from({ length: 6000 }, () => {
    const { numbers, region, plan, margin } = centres[random.below(centres.length)]!;
    return [
      ...numbers.map((x) => (x + 0.15 * random.normal()).toFixed(3)),
      `region ${random.next() < 0.9 ? region : random.below(8)}`,
      `plan ${random.next() < 0.9 ? plan : random.below(3)}`,
      label(margin, random),
    ];
  });
  return { header: [...names('x', 6), 'region', 'plan'], rows };
}

function levels(random: Random): Generated {
  const effects = Array.from({ length: 1000 }, () => 1.3 * random.normal());
  const segments = Array.from({ length: 6 }, () => 0.5 * random.normal());
  const rows = Array.from({ length: 9000 }, () => {
    // Squared: some dealers have 30 customers, many have two or three.
    const dealer = Math.floor(1000 * random.next() ** 2);
    const segment = random.below(6);
    const [a, b, c] = [random.normal(), random.normal(), random.normal()] as const;
    const margin = -1.4 + effects[dealer]! + segments[segment]! + 0.7 * a - 0.5 * Math.abs(b);
    return [
      `D${dealer}`,
      `segment ${segment}`,
      a.toFixed(3),
      b.toFixed(3),
      c.toFixed(3),
      label(margin, random),
    ];
  });
  return { header: ['dealer', 'segment', 'a', 'b', 'c'], rows };
}

function wide(random: Random): Generated {
  const effects = Array.from({ length: 50 }, (_, j) =>
    j % 4 === 0 && j < 48 ? 0.4 + 0.4 * random.next() : 0,
  );
  const rows = Array.from({ length: 5000 }, () => {
    const health = random.normal();
    const numbers = Array.from({ length: 35 }, (_, j) => random.normal() + (j % 7 === 0 ? health : 0));
    const codes = Array.from({ length: 15 }, () => random.below(4));
    const all = [...numbers, ...codes.map((code) => (code === 3 ? 1.5 : code === 0 ? -0.5 : 0))];
    const margin =
      -1.6 +
      all.reduce((sum, x, j) => sum + effects[j]! * (j % 8 === 0 ? Math.abs(x) - 0.8 : x), 0) +
      0.8 * numbers[0]! * numbers[1]!;
    return [
      ...numbers.map((x, j) => (j % 5 === 1 && random.next() < 0.15 ? '' : x.toFixed(3))),
      ...codes.map((code) => 'abcd'[code]!),
      label(margin, random),
    ];
  });
  return { header: [...names('n', 35), ...names('c', 15)], rows };
}

function label(margin: number, random: Random): string {
  return random.next() < sigmoid(margin) ? 'yes' : 'no';
}

function names(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${prefix}${i + 1}`);
}

function shuffled(rows: readonly Row[], random: Random): Row[] {
  return rows
    .map((row) => ({ row, place: random.next() }))
    .sort((a, b) => a.place - b.place)
    .map(({ row }) => row);
}
