/** Fits that share their work between threads: the same to the last bit, whoever does what. */
import { afterAll, describe, expect, it, vi } from 'vitest';
import { evaluateTable } from '../../../../src/domain/training/evaluation.ts';
import { trainOnTable } from '../../../../src/domain/training/fit.ts';
import { openFitThreads } from '../../../../src/domain/training/threads/fit-threads.ts';
import type { FitThreads } from '../../../../src/domain/training/threads/fit-threads.ts';
import { readTrainingTable } from '../../../../src/domain/training/table.ts';
import type { FitStep } from '../../../../src/ml/estimator.ts';
import { fitEstimator } from '../../../../src/ml/estimators.ts';
import type { Family } from '../../../../src/ml/estimators.ts';
import { planFolds } from '../../../../src/ml/evaluation/cross-validation.ts';
import { foldScores } from '../../../../src/ml/model/fold-scores.ts';
import { createRandom } from '../../../../src/ml/math/random.ts';
import { oneThread, runTask } from '../../../../src/ml/parallel/threads.ts';
import type { Threads } from '../../../../src/ml/parallel/threads.ts';
import { customersCsv } from '../../../helpers/app.ts';
import { planOf } from '../../../helpers/plan.ts';
import { sampleData } from '../../../ml/tree/sample-tables.ts';

const table = readTrainingTable(customersCsv(1_000, 7, true));
const memoryMb = 512;

/** Threads that have started, by their number. */
const opened = new Map<number, FitThreads>();
afterAll(() => {
  for (const threads of opened.values()) threads.close();
});

/** From source a thread takes a second or two to start: until all have, the fitting thread does most of the work. */
async function openStarted(count: number): Promise<FitThreads> {
  const threads = opened.get(count) ?? openFitThreads(count, memoryMb);
  opened.set(count, threads);
  while (count > 1 && threads.helped() < 3 * count) {
    scoreFolds(threads, 'logistic', 20);
    await new Promise((resume) => setTimeout(resume, 20));
  }
  return threads;
}

function scoreFolds(threads: Threads, family: 'logistic' | 'forest', repeats: number, params: object = {}) {
  const rows = sampleData(200, 4, 1);
  const types = rows.table.columns.map(({ kind }) => kind);
  const folds = planFolds(rows.target, { folds: 5, repeats, seed: 1 });
  const shared = { rows, types, params: { [family]: params }, fits: folds.map((fold) => ({ family, fold })) };
  const scores: Float64Array[] = [];
  runTask(threads, foldScores, shared, folds.length, (item, own) => {
    expect(scores.push(own)).toBe(item + 1);
  });
  return scores;
}

/** With 30 MB that all threads share. */
function scoreWithBallast(threads: Threads): void {
  const rows = { ...sampleData(200, 4, 1), ballast: new Uint8Array(30 << 20) };
  const types = rows.table.columns.map(({ kind }) => kind);
  const fits = planFolds(rows.target, { folds: 5, repeats: 1, seed: 1 }).map((fold) => {
    return { family: 'logistic' as const, fold };
  });
  runTask(threads, foldScores, { rows, types, fits }, fits.length, () => undefined);
}

vi.setConfig({ testTimeout: 120_000 });

describe('a model', () => {
  it.each<readonly Family[]>([['logistic', 'forest', 'boosting'], ['auto']])(
    'and the steps on the way to it are the same for one, two and three threads: %s',
    async (...families) => {
      const plan = planOf(families, 3);
      const trained = async (count: number) => {
        const steps: FitStep[] = [];
        const shared = await openStarted(count);
        const before = shared.helped();
        const { provenance, ...model } = trainOnTable(table, plan, (step) => steps.push(step), shared);
        expect(shared.helped() > before).toBe(count > 1);
        return { model, seed: provenance.seed, steps };
      };
      const alone = await trained(1);
      expect(alone.steps.length).toBeGreaterThan(9);
      expect(await trained(2)).toEqual(alone);
      expect(await trained(3)).toEqual(alone);
    },
  );

  it.each([
    ['forest', 3_000],
    ['network', 3_000],
    ['boosting', 60_000],
    ['logistic', 200_000],
  ] as const)('of the family %s is the same where one fit is shared', async (family, rows) => {
    const data = sampleData(rows, 8, 1);
    const fit = (threads: Threads) => fitEstimator(family, {}, data, createRandom(4), { threads });
    const alone = fit(oneThread);
    for (const count of [2, 3]) {
      const shared = await openStarted(count);
      const before = shared.helped();
      expect(fit(shared)).toEqual(alone);
      expect(shared.helped()).toBeGreaterThan(before);
    }
  });

  it('is evaluated with the same figures', async () => {
    const protocol = { folds: 3, repeats: 2, seed: 5, foldColumns: [], drop: [] };
    const alone = evaluateTable(table, 'boosting', protocol);
    const shared = evaluateTable(table, 'boosting', protocol, await openStarted(2));
    expect({ ...shared, seconds: 0 }).toEqual({ ...alone, seconds: 0 });
  });
});

describe('a thread', () => {
  it('that fails at its item ends the work with the error of the first one, and takes part again', async () => {
    const threads = await openStarted(2);
    const wrong = () => scoreFolds(threads, 'forest', 4, { sampleShare: 2 });
    expect(wrong).toThrow(RangeError);
    expect(wrong).toThrow(/sampleShare/);
    expect(scoreFolds(threads, 'logistic', 1)).toHaveLength(5);
  });

  it('does what is left of a round before its error is thrown', async () => {
    const threads = await openStarted(2);
    const rows = sampleData(200, 4, 1);
    const fits = planFolds(rows.target, { folds: 5, repeats: 4, seed: 1 }).map((fold) => {
      return { family: 'logistic' as const, fold };
    });
    const types = rows.table.columns.map(({ kind }) => kind);
    const stop = (item: number) => {
      if (item === 3) throw new Error('enough');
    };
    expect(() => {
      runTask(threads, foldScores, { rows, types, fits }, fits.length, stop);
    }).toThrow('enough');
    expect(scoreFolds(threads, 'logistic', 1)).toEqual(scoreFolds(oneThread, 'logistic', 1));
  });

  it('gives back the memory of work that has ended, also of work that it never took part in', async () => {
    const megabytes = () => process.memoryUsage().arrayBuffers / 1024 ** 2;
    for (const threads of [await openStarted(1), await openStarted(2), openFitThreads(2, memoryMb)]) {
      threads.tidy();
      const before = megabytes();
      for (let k = 0; k < 3; k++) scoreWithBallast(threads);
      threads.tidy();
      // A thread that is still starting does so when it has.
      await expect.poll(() => megabytes() - before, { timeout: 20_000 }).toBeLessThan(10);
      expect(scoreFolds(threads, 'logistic', 2)).toEqual(scoreFolds(oneThread, 'logistic', 2));
      if (![...opened.values()].includes(threads)) threads.close();
    }
  });

  it('that needs more memory than it may use ends the work with that reason', () => {
    const threads = openFitThreads(2, 8);
    const untilItEnds = () => {
      for (;;) scoreFolds(threads, 'logistic', 20);
    };
    expect(untilItEnds).toThrow(/^This needs more memory than Holdfast may use\./);
    threads.close();
  });
});
