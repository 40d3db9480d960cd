/** Cross-validated figures of one family on a table, on our folds or on those of a column. */
import { Unprocessable } from '../errors.ts';
import { crossValidate, splitBy, takeTarget } from '../ml/cross-validation.ts';
import type { Split } from '../ml/cross-validation.ts';
import type { Family } from '../ml/estimators.ts';
import { computeMetrics } from '../ml/metrics.ts';
import type { Metrics } from '../ml/metrics.ts';
import { fitAndScore } from '../ml/model.ts';
import { createRandom } from '../ml/random.ts';
import { prepareTraining } from './training-table.ts';
import type { TrainingTable } from './training-table.ts';

export interface EvaluationProtocol {
  readonly folds: number;
  readonly repeats: number;
  readonly seed: number;
  /** A column whose value says in which fold a row is tested; it is no feature then. */
  readonly foldColumn: string | null;
  readonly drop: readonly string[];
}

export interface FamilyEvaluation {
  readonly family: Family;
  /** The mean over folds, at threshold 0.5. */
  readonly metrics: Readonly<Record<Exclude<keyof Metrics, 'confusion'>, number>>;
  readonly rocAucByFold: readonly number[];
  readonly seconds: number;
}

/** @throws Unprocessable when there is no label, or the fold column cannot be used. */
export function evaluateTable(
  table: TrainingTable,
  family: Family,
  protocol: EvaluationProtocol,
): FamilyEvaluation {
  const drop = protocol.foldColumn === null ? protocol.drop : [...protocol.drop, protocol.foldColumn];
  const { data, types, target } = prepareTraining(table, null, drop);
  const started = performance.now();
  const score = (split: Split, random: ReturnType<typeof createRandom>) =>
    fitAndScore(family, types, data, target, split.train, split.test, random);
  const folds =
    protocol.foldColumn === null
      ? crossValidate(target, protocol, score)
      : splitsOf(table, protocol.foldColumn).map((split, fold) => ({
          rows: split.test,
          scores: score(split, createRandom(protocol.seed + fold)),
        }));
  const metrics = folds.map(({ rows, scores }) => computeMetrics(scores, takeTarget(target, rows), 0.5));
  return {
    family,
    metrics: meanMetrics(metrics),
    rocAucByFold: metrics.map(({ rocAuc }) => rocAuc),
    seconds: (performance.now() - started) / 1000,
  };
}

function splitsOf(table: TrainingTable, name: string): Split[] {
  const cells = table.cells[table.header.indexOf(name)];
  const levels = [...new Set(cells)].sort();
  if (!cells || levels.length < 2 || levels.length > 255) {
    throw new Unprocessable([
      {
        field: 'fold-column',
        message: `The column '${name}' does not say in which of 2 to 255 folds each row is.`,
      },
    ]);
  }
  const foldOf = Uint8Array.from(cells, (level) => levels.indexOf(level));
  return levels.map((_, fold) => splitBy(foldOf, fold));
}

function meanMetrics(folds: readonly Metrics[]): FamilyEvaluation['metrics'] {
  const mean = (pick: (metrics: Metrics) => number): number =>
    folds.reduce((sum, fold) => sum + pick(fold), 0) / folds.length;
  return {
    rocAuc: mean((m) => m.rocAuc),
    prAuc: mean((m) => m.prAuc),
    accuracy: mean((m) => m.accuracy),
    precision: mean((m) => m.precision),
    recall: mean((m) => m.recall),
    f1: mean((m) => m.f1),
    logLoss: mean((m) => m.logLoss),
    brier: mean((m) => m.brier),
    topDecileLift: mean((m) => m.topDecileLift),
    ece: mean((m) => m.ece),
  };
}
