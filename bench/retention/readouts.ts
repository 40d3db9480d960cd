/**
 * Coverage, false alarms and power of campaign readouts on campaigns with a known true effect:
 *
 *   npx tsx bench/retention/readouts.ts [--runs 2000] [--seed 1] [--save-rates 0,0.15,0.25]
 *
 * 5,000 members, 10 % controls, 30 % churn, split by score deciles, twelve weekly looks. Prints a Markdown table.
 */
import { parseArgs } from 'node:util';
import { createRandom } from '../../src/ml/math/random.ts';
import { figuresOf, runCampaign } from './simulation.ts';
import type { Figures, Plan } from './simulation.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
    'save-rates': { type: 'string', default: '0,0.15,0.25' },
  },
});
const saveRates = values['save-rates'].split(',').map(Number);
const usual = { members: 5_000, controlShare: 0.1, churn: 0.3, weeks: 12 } as const;
const plans: readonly (readonly [string, Plan])[] = (['accrual', 'followed'] as const).flatMap((arrival) =>
  saveRates.map(
    (saveRate) => [`${arrival}, save rate ${saveRate}`, { ...usual, arrival, saveRate }] as const,
  ),
);

const names: Readonly<Record<keyof Figures, string>> = {
  coverage: 'the interval at the horizon holds the effect',
  adjustedCoverage: 'the same, adjusted by the score',
  atHorizon: 'the interval at the horizon excludes 0',
  adjustedAtHorizon: 'the same, adjusted by the score',
  inAll: 'a look before the horizon or the one at it excludes 0',
  beforeHorizon: 'a look before the horizon excludes 0',
  fixedLooks: 'a weekly look by a fixed interval of 95 % excludes 0',
  width: 'width at the horizon',
  adjustedWidth: 'the same, adjusted by the score',
  halfwayWidth: 'width halfway',
};

const runs = Number(values.runs);
const results = plans.map(([, plan]) => {
  const random = createRandom(Number(values.seed));
  return figuresOf(Array.from({ length: runs }, () => runCampaign(plan, random.below(2 ** 31))));
});
console.log(`${runs} campaigns each\n\n| | ${plans.map(([name]) => name).join(' | ')} |`);
console.log(`|---|${plans.map(() => '---:|').join('')}`);
for (const name of Object.keys(names) as (keyof Figures)[])
  console.log(`| ${names[name]} | ${results.map((result) => result[name].toFixed(4)).join(' | ')} |`);
