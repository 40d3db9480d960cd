/**
 * Uplift on the e-mail test of Hillstrom (64,000 customers, a third each with an e-mail on men's or women's goods or none;
 * outcome: a visit within two weeks), beside T-learners of scikit-learn in the same five folds:
 *
 *   npx tsx bench/retention/hillstrom.ts FILE.csv
 *
 * Prints the difference of arms and, for every learner, AUTOC and Qini with bootstrap intervals, in visits gained for
 * 1,000 customers, all from the same doubly robust scores. Needs /usr/bin/python3 with scikit-learn.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parse } from 'csv-parse/sync';
import type { Table } from '../../src/ml/data/table.ts';
import type { Figure } from '../../src/ml/evaluation/threshold-figures.ts';
import { differenceOfArms } from '../../src/ml/experiments/arm-difference.ts';
import { outcomesByStratum } from '../../src/ml/experiments/arm-outcomes.ts';
import { createRandom } from '../../src/ml/math/random.ts';
import { crossFitUplift, learnerNames } from '../../src/ml/uplift/learners.ts';
import { doublyRobustScores, expectOutcomes } from '../../src/ml/uplift/outcome-models.ts';
import { effectsOfFirst, measureRanking } from '../../src/ml/uplift/ranked-effect.ts';
import { trialFolds, type Trial } from '../../src/ml/uplift/trial.ts';

type Row = Readonly<Record<string, string>>;
const numbers = ['recency', 'history'] as const;
const categories = ['mens', 'womens', 'zip_code', 'newbie', 'channel'] as const;

const file = process.argv[2];
if (file === undefined) throw new Error('name the file: npx tsx bench/retention/hillstrom.ts FILE.csv');
const rows: Row[] = parse(readFileSync(file), { columns: true });
for (const treatment of ['Womens E-Mail', 'Mens E-Mail']) measure(treatment);

function measure(treatment: string): void {
  const members = rows.filter(({ segment }) => segment === treatment || segment === 'No E-Mail');
  const trial = trialOf(members, treatment);
  const outcome = Float64Array.from(trial.outcome);
  const stratum = new Int32Array(members.length);
  const difference = differenceOfArms(outcomesByStratum({ stratum, arm: trial.arm, outcome }))!;
  console.log(`\n${treatment} against none, ${members.length} customers`);
  console.log(`difference of arms ${difference.value.toFixed(12)} (${thousandths(difference)} in 1,000)`);

  const random = createRandom(42);
  const foldOf = trialFolds(trial, 5, random.fork());
  const logistic = { family: 'logistic', params: {} } as const;
  const boosting = { family: 'boosting', params: {} } as const;
  const scores = doublyRobustScores(trial, expectOutcomes(logistic, trial, foldOf, random.fork()));
  const print = (name: string, effects: Float64Array): void => {
    const { autoc, qini } = measureRanking(effects, scores, createRandom(7));
    const first = effectsOfFirst(effects, scores, [0.2])[0]!.effect;
    console.log(`| ${name} | ${thousandths(autoc)} | ${thousandths(qini)} | ${thousandths(first)} |`);
  };
  console.log('| learner | AUTOC | Qini | effect on the first fifth |\n|---|---:|---:|---:|');
  for (const base of [logistic, boosting])
    for (const name of learnerNames)
      print(`${name}, ${base.family}`, crossFitUplift(name, base, { trial, foldOf }, random.fork()));
  for (const [name, effects] of peers(members, trial, foldOf)) print(name, effects);
  print(
    'random column',
    new Float64Array(members.length).map(() => random.next()),
  );
}

function trialOf(members: readonly Row[], treatment: string): Trial {
  const arm = Uint8Array.from(members, ({ segment }) => Number(segment === treatment));
  const treated = arm.reduce((sum, a) => sum + a, 0);
  return {
    table: tableOf(members),
    arm,
    outcome: Uint8Array.from(members, ({ visit }) => Number(visit)),
    propensity: new Float64Array(arm.length).fill(treated / arm.length),
  };
}

function tableOf(members: readonly Row[]): Table {
  return {
    rowCount: members.length,
    columns: [
      ...numbers.map((name) => ({
        kind: 'number' as const,
        name,
        values: Float64Array.from(members, (row) => Number(row[name])),
      })),
      ...categories.map((name) => {
        const levels = [...new Set(members.map((row) => row[name]!))].sort();
        const codes = Int32Array.from(members, (row) => levels.indexOf(row[name]!));
        return { kind: 'category' as const, name, levels, codes };
      }),
    ],
  };
}

/** Effects of scikit-learn's T-learners, out of the same folds. */
function peers(members: readonly Row[], trial: Trial, foldOf: Uint8Array): [string, Float64Array][] {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-uplift-'));
  try {
    const path = join(folder, 'trial.json');
    const inputs = members.map((row) => [...numbers, ...categories].map((name) => row[name]));
    writeFileSync(
      path,
      JSON.stringify({ inputs, arm: [...trial.arm], outcome: [...trial.outcome], fold: [...foldOf] }),
    );
    const script = resolve(import.meta.dirname, 'hillstrom_peers.py');
    const { stdout, stderr, status } = spawnSync('/usr/bin/python3', [script, path], {
      encoding: 'utf8',
      maxBuffer: 1e9,
    });
    if (status !== 0) throw new Error(stderr);
    const effects = JSON.parse(stdout) as Record<string, number[]>;
    return Object.entries(effects).map(([name, values]) => [name, Float64Array.from(values)]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function thousandths({ value, low, high }: Figure): string {
  return `${(1000 * value).toFixed(2)} (${(1000 * low).toFixed(2)} to ${(1000 * high).toFixed(2)})`;
}
