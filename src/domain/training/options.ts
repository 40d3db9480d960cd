/** Options of a training run: what an analyst chooses, and the defaults. */
import { randomInt } from 'node:crypto';
import { z } from 'zod';
import { allFamilies, defaultParams, estimators } from '../../ml/estimators.ts';
import type { Family } from '../../ml/estimators.ts';
import { quickFamilies } from '../../ml/families.ts';
import { maxTrainingRows } from './dataset-table.ts';

export const trainingTimes = ['quick', 'thorough', 'custom'] as const;
export type TrainingTime = (typeof trainingTimes)[number];

/** How the rarer outcome gets more weight. */
export const imbalances = ['none', 'weights', 'over', 'under'] as const;

const maxSeed = 2_147_483_647;

/**
 * A new seed for each training run. It decides which customers are held out: with one seed for all runs, whoever trains
 * until the figures please would choose the model on the customers that measure it. The run and the model keep the seed,
 * so that the run can be repeated exactly.
 */
export function freshSeed(): number {
  return randomInt(maxSeed);
}

const Options = z.object({
  trainingTime: z.enum(trainingTimes),
  families: z.array(z.enum(allFamilies)).min(1),
  /** Replaces some of a family's default parameters. */
  params: z.partialRecord(z.enum(allFamilies), z.record(z.string(), z.number())),
  imbalance: z.enum(imbalances),
  folds: z.int().min(2).max(10),
  seed: z.int().min(0).max(maxSeed),
  /** Nominal seconds for the trials of `auto`; the same on every machine. */
  budget: z.int().min(1).max(3_600),
  /** Columns that are excluded from this run, besides those that the dataset excludes. */
  drop: z.array(z.string()).max(2_000),
  /** Whether the model becomes the challenger as soon as it is there. */
  isChallenger: z.boolean().exactOptional(),
});
export type TrainingOptions = z.infer<typeof Options>;

/** Runs queued before version 0.3 call the training time `effort`, and a custom one `expert`. */
function withTrainingTime(stored: unknown): unknown {
  if (typeof stored !== 'object' || stored === null || !('effort' in stored)) return stored;
  const { effort, ...others } = stored;
  return { trainingTime: effort === 'expert' ? 'custom' : effort, ...others };
}

export const TrainingOptions = z.preprocess(withTrainingTime, Options);

const usual = { params: {}, imbalance: 'none', folds: 5, budget: 60, drop: [] } as const;

/** Quick compares the families that fit in a moment; thorough tunes and blends them. Each call draws a new seed. */
export function optionsFor(trainingTime: 'quick' | 'thorough'): TrainingOptions {
  const families: Family[] = trainingTime === 'quick' ? [...quickFamilies] : ['auto'];
  return { ...usual, params: {}, drop: [], trainingTime, families, seed: freshSeed() };
}

/** The parameters of a family that are single numbers, with their defaults: those that the form offers. */
export function numericParams(family: Family): { readonly name: string; readonly value: number }[] {
  return Object.entries(defaultParams(family)).flatMap(([name, value]) =>
    typeof value === 'number' && name !== 'budget' && name !== 'folds' ? [{ name, value }] : [],
  );
}

/** The families that a custom training run can choose from. */
export const familyChoices = allFamilies.map((name) => ({
  name,
  title: estimators[name].title,
  params: numericParams(name),
}));

/**
 * Estimated seconds of a training run on one core of 2026, measured on tables of 7,000 to 100,000 rows. The form
 * shows the estimate; the progress page measures.
 */
export function expectedSeconds(options: TrainingOptions, rowCount: number, columnCount: number): number {
  const cells = Math.min(rowCount, maxTrainingRows) * columnCount;
  const cellsBeyond = rowCount * columnCount - cells;
  const seconds = options.families.reduce((sum, family) => {
    const cost = estimators[family].secondsPerCell * cells;
    return sum + (family === 'auto' ? Math.min(cost, options.budget * 2) : cost * (options.folds / 5));
  }, 2);
  // What was chosen is then fitted once on all rows, where the comparison has five folds.
  const slowest = Math.max(...options.families.map((family) => estimators[family].secondsPerCell));
  return Math.ceil(seconds + (slowest / 5) * cellsBeyond);
}
