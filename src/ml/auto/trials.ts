/**
 * Trials of `auto`: candidates, what they cost, and their out-of-fold probabilities.
 *
 * Each candidate is cross-validated; a candidate of boosting grows a fixed number of trees in every fold and
 * keeps the number whose summed loss over the folds' test rows is least, so that one trial tries them all.
 * Costs are nominal seconds on one core of 2026, a formula of rows and columns and not measured, so that
 * the same data, seed and budget give the same model on every machine.
 */
import type { BoostingModel } from '../tree/boosting.ts';
import { splitBy } from '../evaluation/cross-validation.ts';
import type { TrainingData } from '../estimator.ts';
import { fitMember, predictMember, type Member, type MemberFamily } from '../members.ts';
import type { Random } from '../math/random.ts';
import { sigmoid } from '../math/sigmoid.ts';
import { takeRows, type Table } from '../data/table.ts';
import { takeTrainingRows } from '../data/training-data.ts';
import { binRows } from '../tree/bins.ts';
import { addTreeValues } from '../tree/predict.ts';

export interface Candidate {
  readonly family: MemberFamily;
  /** Replace some of the family's defaults. */
  readonly params: Readonly<Record<string, unknown>>;
}

export interface Trial extends Candidate {
  /** Weighted mean log loss of the out-of-fold probabilities. */
  readonly logLoss: number;
  /** Out-of-fold, one a row. */
  readonly probabilities: Float64Array;
}

/** In the order in which they are tried. */
export const candidates: readonly Candidate[] = [
  { family: 'logistic', params: {} },
  { family: 'boosting', params: { trees: 400, maxLeaves: 8 } },
  { family: 'forest', params: {} },
  { family: 'network', params: {} },
  { family: 'boosting', params: { trees: 400, maxLeaves: 4 } },
  { family: 'boosting', params: { trees: 400, maxLeaves: 16, maxDepth: 6 } },
  { family: 'boosting', params: { trees: 400, maxLeaves: 6, featureShare: 0.4, rowShare: 0.6, l2: 10 } },
  { family: 'logistic', params: { l2: 20 } },
  { family: 'logistic', params: { l2: 200 } },
  { family: 'logit-leaf', params: {} },
  { family: 'forest', params: { featureShare: 0.7 } },
  { family: 'forest', params: { featureShare: 0.2 } },
];

/** Nominal seconds of one fit. */
export function nominalCost(candidate: Candidate, rowCount: number, table: Table): number {
  const cells = rowCount * table.columns.length;
  switch (candidate.family) {
    case 'logistic':
    case 'logit-leaf':
      return 1.2e-8 * rowCount * entriesOfRow(table) ** 2;
    case 'forest':
      return 3.5e-6 * cells;
    case 'boosting':
      return 2e-6 * cells;
    case 'network':
      return 2.5e-6 * rowCount * entriesOfRow(table);
  }
}

/** Cross-validates one candidate; `foldOf`: the fold each row is tested in. */
export function tryCandidate(
  candidate: Candidate,
  data: TrainingData,
  weights: Float64Array,
  foldOf: Uint8Array,
  folds: number,
  random: Random,
): Trial {
  const parts = Array.from({ length: folds }, (_, fold) => {
    const { train, test } = splitBy(foldOf, fold);
    const training = takeTrainingRows({ ...data, weights }, train);
    const member = fitMember(candidate.family, candidate.params, training, random.fork());
    return { member, rows: test, table: takeRows(data.table, test) };
  });
  const trees = candidate.family === 'boosting' ? bestTreeCount(parts, data.target, weights) : null;
  const probabilities = new Float64Array(data.target.length);
  for (const { member, rows, table } of parts) {
    const predicted =
      trees !== null && member.family === 'boosting'
        ? margins(member.model, table, trees).map(sigmoid)
        : predictMember(member, table);
    rows.forEach((row, i) => (probabilities[row] = predicted[i]!));
  }
  const params = trees === null ? candidate.params : { ...candidate.params, trees };
  return {
    family: candidate.family,
    params,
    logLoss: meanLogLoss(probabilities, data.target, weights),
    probabilities,
  };
}

/** Weighted mean log loss, probabilities cut to [1e-6, 1 − 1e-6]. */
export function meanLogLoss(probabilities: Float64Array, target: Uint8Array, weights: Float64Array): number {
  let loss = 0;
  let total = 0;
  for (let row = 0; row < target.length; row++) {
    const hit = target[row] === 1 ? probabilities[row]! : 1 - probabilities[row]!;
    loss -= weights[row]! * Math.log(Math.min(Math.max(hit, 1e-6), 1 - 1e-6));
    total += weights[row]!;
  }
  return loss / total;
}

interface FoldPart {
  readonly member: Member;
  readonly rows: Int32Array;
  readonly table: Table;
}

function bestTreeCount(parts: readonly FoldPart[], target: Uint8Array, weights: Float64Array): number {
  const losses: number[] = [];
  for (const { member, rows, table } of parts) {
    if (member.family !== 'boosting') continue;
    const { bins, trees, baseMargin } = member.model;
    const binned = binRows(bins, table, 0, table.rowCount);
    const sums = new Float64Array(table.rowCount).fill(baseMargin);
    for (let tree = 0; tree + 1 < trees.roots.length; tree++) {
      addTreeValues(trees, binned, sums, tree, tree + 1);
      losses[tree] = (losses[tree] ?? 0) + sumOfLosses(sums, rows, target, weights);
    }
  }
  return 1 + losses.indexOf(Math.min(...losses));
}

function sumOfLosses(
  sums: Float64Array,
  rows: Int32Array,
  target: Uint8Array,
  weights: Float64Array,
): number {
  let loss = 0;
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    const against = target[row] === 1 ? -sums[i]! : sums[i]!;
    loss += weights[row]! * (Math.max(against, 0) + Math.log1p(Math.exp(-Math.abs(against))));
  }
  return loss;
}

/** Log-odds after the first `count` trees. */
function margins(model: BoostingModel, table: Table, count: number): Float64Array {
  const sums = new Float64Array(table.rowCount).fill(model.baseMargin);
  addTreeValues(model.trees, binRows(model.bins, table, 0, table.rowCount), sums, 0, count);
  return sums;
}

/** Entries of a row that are not zero in a linear model's design, about. */
function entriesOfRow(table: Table): number {
  return table.columns.reduce((sum, column) => sum + (column.kind === 'number' ? 6 : 1), 1);
}
