/** How a training is to be done: what an analyst chooses, and what stands for them who do not choose. */
import { randomInt } from 'node:crypto';
import { z } from 'zod';
import { allFamilies, defaultParams, estimators } from '../../ml/estimators.ts';
import type { Family } from '../../ml/estimators.ts';
import { quickFamilies } from '../../ml/families.ts';

export const efforts = ['quick', 'thorough', 'expert'] as const;

export const imbalances = ['none', 'weights', 'over', 'under'] as const;

const maxSeed = 2_147_483_647;

/**
 * A seed for one training. It decides which rows are put aside: with the same one for all, whoever trains until the
 * figures please would have chosen on the rows that are to measure. The plan and the model keep it, so that the training
 * can be repeated to the last bit.
 */
export function freshSeed(): number {
  return randomInt(maxSeed);
}

export const TrainingOptions = z.object({
  effort: z.enum(efforts),
  families: z.array(z.enum(allFamilies)).min(1),
  /** Replaces some of a family's parameters. */
  params: z.partialRecord(z.enum(allFamilies), z.record(z.string(), z.number())),
  imbalance: z.enum(imbalances),
  folds: z.int().min(2).max(10),
  seed: z.int().min(0).max(maxSeed),
  /** Nominal seconds for the trials of `auto`; the same on every machine. */
  budget: z.int().min(1).max(3_600),
  /** Columns that are not learned from, beside those whose role says so. */
  drop: z.array(z.string()).max(2_000),
});
export type TrainingOptions = z.infer<typeof TrainingOptions>;

const usual = { params: {}, imbalance: 'none', folds: 5, budget: 60, drop: [] } as const;

/** Quick compares the families that fit in a moment; thorough tunes and blends them. Each call has a seed of its own. */
export function optionsFor(effort: 'quick' | 'thorough'): TrainingOptions {
  const families: Family[] = effort === 'quick' ? [...quickFamilies] : ['auto'];
  return { ...usual, params: {}, drop: [], effort, families, seed: freshSeed() };
}

/** The parameters of a family that are single numbers, with their usual values: what the expert page offers. */
export function numericParams(family: Family): { readonly name: string; readonly value: number }[] {
  return Object.entries(defaultParams(family)).flatMap(([name, value]) =>
    typeof value === 'number' && name !== 'budget' && name !== 'folds' ? [{ name, value }] : [],
  );
}

/**
 * Seconds that a training takes on one core of 2026, about: measured on tables of 7,000 to 100,000 rows.
 * It is said before the start; the progress page knows better.
 */
export function expectedSeconds(options: TrainingOptions, rowCount: number, columnCount: number): number {
  const cells = rowCount * columnCount;
  const seconds = options.families.reduce((sum, family) => {
    const cost = estimators[family].secondsPerCell * cells;
    return sum + (family === 'auto' ? Math.min(cost, options.budget * 2) : cost * (options.folds / 5));
  }, 2);
  return Math.ceil(seconds);
}
