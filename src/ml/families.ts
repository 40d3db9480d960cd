/**
 * The families of models, one entry each: adding a family is adding an entry and its files. `auto` tunes and blends
 * these families and so is not among them; estimators.ts has both.
 *
 * Costs are nominal seconds on one core of 2026, measured on tables of 7,000 to 100,000 rows; those of scoring were measured
 * with 19 features.
 */
import { HIGH, MEDIUM } from './auto/capacity.ts';
import { checkLogistic } from './linear/check.ts';
import { entriesPerRow } from './linear/design.ts';
import { logistic } from './linear/logistic.ts';
import { checkNetwork } from './network/check.ts';
import { network, type NetworkModel } from './network/network.ts';
import type { Table } from './data/table.ts';
import type { FitEnvironment, Scores, TrainingData } from './estimator.ts';
import { defineFamily, type MemberFamily, type TableShape } from './family.ts';
import type { Random } from './math/random.ts';
import { boosting } from './tree/boosting.ts';
import { treeCounts } from './tree/boosting-stages.ts';
import { checkBoosting, checkForest, checkLogitLeaf } from './tree/check.ts';
import { forest } from './tree/forest.ts';
import { logitLeaf } from './tree/logit-leaf.ts';
import { scoringMicrosOf } from './tree/score-trees.ts';

const entries = {
  logistic: defineFamily('logistic', logistic, {
    title: 'Logistic regression',
    check: checkLogistic,
    secondsPerCell: 6e-6,
    fitBytes: linearBytes,
    fitSeconds: newtonSeconds,
    isQuick: true,
    scoringMicros: ({ design, pairs = [] }) => 0.01 * design.blocks.length + 0.03 * pairs.length,
    trials: [
      { order: 1, params: {} },
      { order: 8, params: { l2: 20 } },
      { order: 9, params: { l2: 200 } },
      { order: 17, params: { pairs: 10 }, effort: 4 },
    ],
  }),
  forest: defineFamily('forest', forest, {
    title: 'Random forest',
    check: checkForest,
    secondsPerCell: 2.2e-5,
    fitBytes: ({ numbers, categories }, threads) => 2 * (numbers + categories) + 28 * threads + 8,
    fitSeconds: (table) => 3.5e-6 * cellsOf(table),
    isQuick: true,
    scoringMicros: ({ trees }) => scoringMicrosOf(trees),
    trials: [
      { order: 3, params: {} },
      { order: 11, params: { featureShare: 0.7 } },
      { order: 12, params: { featureShare: 0.2 } },
      {
        order: 13,
        params: { maxLeaves: 10_000 },
        capacity: MEDIUM,
        effort: 2.5,
      },
      {
        order: 16,
        params: { cuts: 'random', maxLeaves: 10_000, minLeaf: 3, featureShare: 1 },
        capacity: HIGH,
        effort: 4,
      },
    ],
  }),
  boosting: defineFamily('boosting', boosting, {
    title: 'Gradient boosting',
    check: checkBoosting,
    secondsPerCell: 1.1e-5,
    fitBytes: ({ numbers, categories }) => 2 * numbers + 3 * categories + 56,
    fitSeconds: (table) => 2e-6 * cellsOf(table),
    isQuick: true,
    scoringMicros: ({ trees }) => scoringMicrosOf(trees),
    trials: [
      { order: 2, params: { trees: 400, maxLeaves: 8 } },
      { order: 5, params: { trees: 400, maxLeaves: 4 } },
      { order: 6, params: { trees: 400, growth: 'level', maxDepth: 4 }, capacity: MEDIUM },
      { order: 7, params: { trees: 400, maxLeaves: 6, featureShare: 0.4, rowShare: 0.6, l2: 10 } },
      { order: 14, params: { trees: 400, maxLeaves: 31, minLeafWeight: 0.5 }, capacity: HIGH, effort: 2 },
      {
        order: 15,
        params: { trees: 300, maxLeaves: 63, minLeafWeight: 0.1, learningRate: 0.1 },
        capacity: HIGH,
        effort: 3,
      },
      { order: 18, params: { trees: 400, growth: 'level', maxDepth: 6 }, capacity: HIGH, effort: 2 },
    ],
    stages: treeCounts,
  }),
  network: defineFamily('network', network, {
    title: 'Neural network',
    check: checkNetwork,
    secondsPerCell: 6e-5,
    fitBytes: ({ numbers, categories }, threads) => 24 * numbers + 12 * categories + 12 * threads + 8,
    fitSeconds: (table) => 1e-6 * table.rowCount * entriesPerRow(table),
    isQuick: false,
    scoringMicros: ({ networks, background }) => 0.5 * unitsOf(networks) * background.length,
    trials: [{ order: 4, params: {} }],
  }),
  'logit-leaf': defineFamily('logit-leaf', logitLeaf, {
    title: 'Logit leaf model',
    check: checkLogitLeaf,
    secondsPerCell: 2e-5,
    fitBytes: (shape) => 9 * shape.numbers + 5 * shape.categories + 40 + linearBytes(shape),
    fitSeconds: newtonSeconds,
    isQuick: false,
    scoringMicros: ({ bins }) => 0.05 * bins.length,
    trials: [{ order: 10, params: {} }],
  }),
};

/** The type of each family's models. */
export type FamilyModels = {
  [F in keyof typeof entries]: ReturnType<(typeof entries)[F]['fit']>['model'];
};
/** As it stands in model files. */
export type FamilyName = keyof FamilyModels;
/** A fitted model of one of the families `F`. */
export type FittedFamily<F extends FamilyName = FamilyName> = {
  [Name in F]: { readonly family: Name; readonly model: FamilyModels[Name] };
}[F];

export const families: { readonly [F in FamilyName]: MemberFamily<F, FamilyModels[F]> } = entries;

/** In the order of the record. */
export const familyNames: readonly FamilyName[] = Object.values(families).map(({ name }) => name);

/** Those that quick training compares. */
export const quickFamilies: readonly FamilyName[] = familyNames.filter((name) => families[name].isQuick);

/** `params` replaces some of the family's defaults. */
export function fitFamily(
  family: FamilyName,
  params: object,
  data: TrainingData,
  random: Random,
  environment?: FitEnvironment,
): FittedFamily {
  return families[family].fit(params, data, random, environment);
}

export function predictFamily<F extends FamilyName>(fitted: FittedFamily<F>, table: Table): Float64Array {
  return families[fitted.family].predict(fitted.model, table);
}

export function scoreFamily<F extends FamilyName>(fitted: FittedFamily<F>, table: Table): Scores {
  return families[fitted.family].score(fitted.model, table);
}

/** Newton's method: the design's entries that are not zero, each with each. */
function newtonSeconds(table: Table): number {
  return 1.5e-9 * table.rowCount * entriesPerRow(table) ** 2;
}

/** Of all layers together. */
function unitsOf(networks: NetworkModel['networks']): number {
  return networks.flat().reduce((sum, { shift }) => sum + shift.length, 0);
}

/** Of the grid: a cell and a share of each number, a place and a bundle's code of each category. */
function linearBytes({ numbers, categories }: TableShape): number {
  return 12 * numbers + 8 * categories + 16;
}

function cellsOf(table: Table): number {
  return table.rowCount * table.columns.length;
}
