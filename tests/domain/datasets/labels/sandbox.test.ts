import { describe, expect, it } from 'vitest';
import { applyProxy } from '../../../../src/domain/datasets/labels/proxy-label.ts';
import type { ProxyRule } from '../../../../src/domain/datasets/labels/proxy-label.ts';
import { compareDefinitions, variantsOf } from '../../../../src/domain/datasets/labels/sandbox.ts';
import type { SandboxTable } from '../../../../src/domain/datasets/labels/sandbox.ts';
import { createRandom } from '../../../../src/ml/math/random.ts';
import { inferColumns } from '../../../../src/ml/data/schema-inference.ts';

/** Idle days fall with logins; some are not known. */
function drawTable(rowCount: number): SandboxTable {
  const random = createRandom(5);
  const header = ['customer_id', 'idle', 'idle_weeks', 'logins', 'plan'];
  const cells: string[][] = header.map(() => []);
  for (let row = 0; row < rowCount; row++) {
    const logins = random.below(20);
    const idle = Math.max(0, Math.round(70 - 4 * logins + 15 * random.normal()));
    const known = random.next() > 0.05;
    const values = [
      `C${row}`,
      known ? String(idle) : '',
      String(idle / 7),
      String(logins),
      'ABC'[random.below(3)]!,
    ];
    values.forEach((value, j) => cells[j]!.push(value));
  }
  return { header, cells, decimal: '.', columns: inferColumns(header, cells, '.') };
}

const whole = drawTable(1500);
/** Without the column that repeats what the rules look at. */
const table = { ...whole, columns: whole.columns.filter(({ name }) => name !== 'idle_weeks') };
const idleFor = (days: number): ProxyRule => ({
  match: 'all',
  conditions: [{ kind: 'days-at-least', column: 'idle', days }],
});

describe('the comparison of churn rules', () => {
  const [current, shorter, longer] = compareDefinitions(table, [idleFor(60), idleFor(45), idleFor(90)]);

  it('counts customers who left, undecided rows and changed labels', () => {
    const of60 = applyProxy(idleFor(60), table);
    const of45 = applyProxy(idleFor(45), table);
    expect(current).toMatchObject({
      description: 'No activity for 60 days or more (by idle)',
      leftCount: of60.positive,
      undecided: of60.undecided,
      baseRate: of60.positive / (1500 - of60.undecided),
      flipped: 0,
    });
    expect(of60.undecided).toBeGreaterThan(30);
    expect(shorter!.flipped).toBe(of45.positive - of60.positive);
  });

  it('measures how well a quick model predicts each, and whether it ranks the same customers highest', () => {
    expect(current!.auc).toBeGreaterThan(0.8);
    expect(current!.auc).toBeLessThan(0.98);
    expect(current!.topDecileOverlap).toBe(1);
    expect(shorter!.topDecileOverlap).toBeGreaterThan(0.5);
    expect(shorter!.topDecileOverlap).toBeLessThan(1);
    expect(current!.warnings).toEqual([]);
  });

  it('warns of a rule by which few customers left', () => {
    expect(longer!.leftCount).toBeLessThan(50);
    expect(longer!.warnings).toEqual([
      `Only ${longer!.leftCount} customers count as having left; a model needs at least 50.`,
      'Fewer than 2% of customers count as having left; the rule may miss many.',
    ]);
  });

  it('warns of one by which many left, and of one without enough rows for a model', () => {
    const [many, none] = compareDefinitions(table, [idleFor(5), idleFor(3000)]);
    expect(many!.warnings[0]).toMatch('More than 60%');
    expect(none).toMatchObject({ leftCount: 0, baseRate: 0, auc: null, topDecileOverlap: null });
    expect(none!.warnings.at(-1)).toMatch('too few customers in one of the outcomes');
  });

  it('warns of another column that says the same', () => {
    const [repeated] = compareDefinitions(whole, [idleFor(30)]);
    expect(repeated!.warnings).toEqual([expect.stringContaining('another column may say the same')]);
  });

  it('learns from drawn rows of a big table, the same for the same seed', () => {
    const options = { seed: 3, sampleRows: 400 };
    const drawn = compareDefinitions(table, [idleFor(60), idleFor(45)], options);
    expect(drawn).toEqual(compareDefinitions(table, [idleFor(60), idleFor(45)], options));
    expect(drawn[0]!.leftCount).toBe(current!.leftCount);
    expect(drawn[0]!.auc).not.toBe(current!.auc);
    expect(Math.abs(drawn[0]!.auc! - current!.auc!)).toBeLessThan(0.08);
  });
});

describe('the variants of a rule', () => {
  const closed = { kind: 'equals', column: 'plan', level: 'A' } as const;

  it('set its first number of days or percentile, the rule itself first', () => {
    const rule: ProxyRule = { match: 'any', conditions: [closed, ...idleFor(60).conditions] };
    const variants = variantsOf(rule);
    expect(variants[0]).toBe(rule);
    expect(variants.map(({ conditions }) => conditions[1])).toMatchObject([
      { days: 60 },
      { days: 30 },
      { days: 45 },
      { days: 90 },
    ]);
    expect(variants.every(({ match, conditions }) => match === 'any' && conditions[0] === closed)).toBe(true);
  });

  it.each([
    ['below-percentile', [7, 5, 10, 20, 25]],
    ['above-percentile', [7, 95, 90, 80, 75]],
  ] as const)('of %s are the usual shares at that end', (kind, percentiles) => {
    const rule: ProxyRule = { match: 'all', conditions: [{ kind, column: 'logins', percentile: 7 }] };
    expect(variantsOf(rule).map(({ conditions }) => conditions[0])).toMatchObject(
      percentiles.map((percentile) => ({ percentile })),
    );
  });

  it('are the rule alone where it has neither', () => {
    const rule: ProxyRule = { match: 'all', conditions: [closed] };
    expect(variantsOf(rule)).toEqual([rule]);
  });
});
