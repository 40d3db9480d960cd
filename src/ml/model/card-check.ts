/** Checks of the evaluation and provenance in a model file, which pages and the registry print without further checks. */
import type { Difference, SelectionFigures } from '../auto/choice.ts';
import type { AucDifference } from '../evaluation/auc-difference.ts';
import type { GainsPoint, ReliabilityBin, ThresholdRow } from '../evaluation/curves.ts';
import { allFamilies } from '../estimators.ts';
import type { GroupFigure, GroupGaps } from '../evaluation/group-figures.ts';
import type { MetricIntervals } from '../evaluation/intervals.ts';
import type { Interval } from '../evaluation/wilson.ts';
import type { Confusion, Metrics } from '../evaluation/metrics.ts';
import type {
  BlendMember,
  Candidate,
  Evaluation,
  GainOverOneColumn,
  Importance,
  Provenance,
  LeftOutFamily,
} from './model.ts';
import type { PermutationImportance } from '../evaluation/permutation-importance.ts';
import type { GroupReport, Report } from '../evaluation/report.ts';
import {
  count,
  fields,
  flag,
  isPlain,
  list,
  nullable,
  number,
  oneOf,
  optional,
  share,
  text,
} from './shape.ts';
import type { Check, Fields } from './shape.ts';

const maxColumns = 10_000;
const maxRows = 1_000;

const confusionFields: Fields<Confusion> = {
  truePositives: count,
  falsePositives: count,
  trueNegatives: count,
  falseNegatives: count,
};

const metrics = fields<Metrics>({
  accuracy: share,
  precision: share,
  recall: share,
  f1: share,
  rocAuc: share,
  prAuc: share,
  logLoss: number,
  brier: share,
  topDecileLift: number,
  ece: share,
  confusion: fields(confusionFields),
});

const interval = fields<Interval>({ low: number, high: number });
const intervals = fields<MetricIntervals>({
  accuracy: interval,
  precision: interval,
  recall: interval,
  f1: interval,
  rocAuc: interval,
  prAuc: interval,
  logLoss: interval,
  brier: interval,
  topDecileLift: interval,
  ece: interval,
});

const sweep = list(
  fields<ThresholdRow>({
    ...confusionFields,
    threshold: share,
    valueOfTruePositives: number,
    squaredValueOfTruePositives: optional(number),
  }),
  maxRows,
);
const gaps = fields<GroupGaps>({
  selectionRate: nullable(number),
  recall: nullable(number),
  falsePositiveRate: nullable(number),
});
const group = fields<GroupFigure>({
  group: text,
  from: optional(number),
  to: optional(number),
  count,
  rate: share,
  low: share,
  high: share,
  meanScore: share,
  rocAuc: nullable(share),
  recall: nullable(share),
  falsePositiveRate: nullable(share),
  selectionRate: share,
});

const report = fields<Report>({
  intervals,
  sweep,
  oneColumnSweep: optional(sweep),
  gains: atLeastOne(list(fields<GainsPoint>({ share, found: share, lift: number }), maxRows)),
  reliability: list(
    fields<ReliabilityBin>({
      from: share,
      to: share,
      count,
      meanScore: share,
      rate: share,
      low: share,
      high: share,
    }),
    maxRows,
  ),
  empc: fields<Report['empc']>({ profit: number, share }),
  monthlyValue: number,
  permutation: list(
    fields<PermutationImportance>({ feature: text, aucDrop: number, deviation: number }),
    maxColumns,
  ),
  groups: list(fields<GroupReport>({ column: text, groups: list(group, maxRows), gaps }), maxColumns),
});

const aucDifference = fields<AucDifference>({ value: number, low: number, high: number });
const difference = fields<Difference>({ family: oneOf(...allFamilies), rocAuc: aucDifference });

export const checkEvaluation = fields<Evaluation>({
  folds: count,
  trainingRows: count,
  chosenOn: optional(count),
  outOf: optional(count),
  holdoutRows: count,
  holdoutCustomers: optional(count),
  positiveRate: share,
  candidates: list(
    fields<Candidate>({
      family: oneOf(...allFamilies),
      rocAuc: share,
      rocAucDeviation: nullable(number),
      logLoss: number,
      settings: optional(count),
      foldsTried: optional(count),
    }),
    maxRows,
  ),
  members: optional(
    list(fields<BlendMember>({ family: oneOf(...allFamilies), settings: optional(count), share }), maxRows),
  ),
  leftOut: optional(
    list(fields<LeftOutFamily>({ family: oneOf(...allFamilies), gain: number, slowdown: number }), maxRows),
  ),
  selection: optional(
    fields<SelectionFigures>({
      logLoss: number,
      rocAuc: share,
      overBest: difference,
      overRunnerUp: nullable(difference),
    }),
  ),
  selectionSweep: optional(sweep),
  unproven: optional(flag),
  holdout: metrics,
  baseline: metrics,
  oneColumn: optional(metrics),
  overOneColumn: optional(
    fields<GainOverOneColumn>({
      column: text,
      rocAuc: aucDifference,
    }),
  ),
  report: optional(report),
});

export const checkProvenance = fields<Provenance>({
  datasetName: text,
  datasetHash: text,
  rowCount: count,
  seed: number,
  params: (value, at) => (isPlain(value) ? null : `${at} is missing`),
  softwareVersion: text,
  trainedAt: (value, at) =>
    typeof value === 'string' && value.length <= 40 && Number.isFinite(Date.parse(value))
      ? null
      : `${at} is no time`,
  durationMs: number,
});

/** Of columns that the model has, each at most once. */
export function checkImportance(names: ReadonlySet<unknown>): Check {
  const entries = list(
    fields<Importance>({
      feature: (value, at) => (names.has(value) ? null : `${at} is not a column of the model`),
      points: number,
    }),
    names.size,
  );
  return (value, at) => entries(value, at);
}

function atLeastOne(check: Check): Check {
  return (value, at) => (Array.isArray(value) && value.length === 0 ? `${at} is empty` : check(value, at));
}
