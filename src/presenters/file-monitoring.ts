/** A file beside what its model learned from: harm first, then what is to be expected of the model, then the columns. */
import type { FileFindings, Severity } from '../domain/monitoring/findings.ts';
import type { Harm } from '../domain/monitoring/harm.ts';
import { featureTitleWithUnit } from '../domain/scoring/feature-words.ts';
import type { Estimate, ExpectedPerformance } from '../ml/monitoring/expected-performance.ts';
import type { BatchCounts } from '../store/batch-count-documents.ts';
import type { ModelRecord } from '../store/models.ts';
import { presentChangedColumns, presentColumnTable } from './monitored-columns.ts';
import { measureText } from './model.ts';
import { presentPairedBars } from './paired-bars.ts';
import type { PairedBars } from './paired-bars.ts';
import type { ViewHelpers } from './view-helpers.ts';

export interface MonitoredFile {
  readonly model: ModelRecord;
  readonly counts: BatchCounts;
  readonly findings: FileFindings;
}

export function presentFileMonitoring(h: ViewHelpers, { model, counts, findings }: MonitoredFile) {
  const titles = new Map(
    model.schema.features.map((feature) => [feature.name, featureTitleWithUnit(feature)]),
  );
  const titleOf = (name: string): string => titles.get(name) ?? h.label(name);
  return {
    verdict: verdictOf(h, findings),
    advice: findings.severity && adviceText[findings.severity],
    compared: `${h.plural(findings.rowCount, 'customer')} of this file against ${h.count(counts.reference.rowCount)} training rows of ${model.label}.`,
    harm: findings.harm && presentHarm(h, findings.harm, model),
    performance: findings.performance && presentPerformance(h, findings.performance, model),
    scores: presentScores(h, findings),
    scoreNote: scoreNote(h, findings),
    changed: presentChangedColumns(h, { model, counts, findings }, titleOf),
    columns: presentColumnTable(h, counts, findings, titleOf),
  };
}

export function verdictOf(h: ViewHelpers, findings: FileFindings): string {
  const columns = countChanged(findings);
  if (columns > 0) return `${h.plural(columns, 'column differs', 'columns differ')} from the training data.`;
  if (findings.scores.hasChanged)
    return 'The scores differ from those of held-out customers, although no single column does.';
  return isUntold(findings)
    ? 'There are too few customers to tell whether this file differs from the training data.'
    : 'This file looks like the training data.';
}

/** On the page of the results; null: nothing has changed. */
export function presentChange(h: ViewHelpers, findings: FileFindings): string | null {
  return findings.severity && `${verdictOf(h, findings)} ${adviceText[findings.severity]}`;
}

/** In a table. */
export function shortVerdict(h: ViewHelpers, findings: FileFindings): string {
  const columns = countChanged(findings);
  if (columns > 0) return h.plural(columns, 'column differs', 'columns differ');
  if (findings.scores.hasChanged) return 'The scores differ';
  return isUntold(findings) ? 'Too few to tell' : 'As in training';
}

function countChanged({ features }: FileFindings): number {
  return features.filter(({ changes }) => changes.length > 0).length;
}

function isUntold({ features, rowCount }: FileFindings): boolean {
  return rowCount === 0 || features.every(({ stability }) => stability === null);
}

const adviceText: Record<Severity, string> = {
  severe: 'Check the file before you use its scores: if the values are wrong, so are the scores.',
  warning:
    'Find out whether the customers or the file have changed. If it is the customers, train a model on newer data.',
  note: 'The scores hardly move because of it.',
};

const perCustomers = 1_000;

function presentHarm(h: ViewHelpers, harm: Harm, { threshold, evaluation }: ModelRecord) {
  const { meanProbability, highRisk, profit } = harm;
  const amount = ({ value, low, high }: Estimate): string =>
    `${h.money(value * perCustomers)} (${h.money(low * perCustomers)} to ${h.money(high * perCustomers)})`;
  const rows = [
    { name: 'Customers at high risk', then: h.rate(highRisk.then), now: h.rate(highRisk.now) },
    { name: 'Mean churn probability', then: h.rate(meanProbability.then), now: h.rate(meanProbability.now) },
  ];
  const money = profit && {
    name: `Profit per ${h.count(perCustomers)} customers, contacting those at ${h.share(threshold)} or more`,
    then: amount(profit.then),
    now: amount(profit.now),
  };
  return {
    sentence: harmSentence(h, harm),
    thenHeading: `${h.count(evaluation.holdoutRows)} held-out ${h.rowWord(evaluation)}s`,
    rows: money ? [money, ...rows] : rows,
  };
}

function harmSentence(h: ViewHelpers, { profit, money, isBeyondChance }: Harm): string {
  if (profit === null || money === null)
    return 'The file has no monthly revenue, so that no profit can be computed.';
  if (!isBeyondChance) return 'Chance explains the difference in expected profit.';
  const than = `than the same number of customers like the held-out ones`;
  return `Contacting customers of this file is expected to earn ${h.money(Math.abs(money))} ${money > 0 ? 'more' : 'less'} ${than}.`;
}

function presentPerformance(h: ViewHelpers, expected: ExpectedPerformance, model: ModelRecord) {
  const {
    evaluation: { holdout, holdoutRows, positiveRate },
    threshold,
  } = model;
  const row = (name: string, then: number | null, now: Estimate | null, text = h.metric) => ({
    name,
    then: text(then),
    now: now === null ? text(null) : `${text(now.value)} (${text(now.low)} to ${text(now.high)})`,
  });
  return {
    heldOut: h.count(holdoutRows),
    rows: [
      row(measureText.rocAuc, holdout.rocAuc, expected.rocAuc),
      row(`${measureText.precision} at ${h.share(threshold)}`, precisionAt(model), expected.precision),
      row(measureText.logLoss, holdout.logLoss, expected.logLoss),
      row(measureText.brier, holdout.brier, expected.brier),
      row('Share of customers who leave', positiveRate, expected.rate, h.rate),
    ],
  };
}

/** Of held-out customers. Null: nobody is at or above the threshold, or the model has no curves. */
function precisionAt({ evaluation: { report }, threshold }: ModelRecord): number | null {
  const row = report?.sweep[Math.round(threshold * 100)];
  if (row === undefined || row.truePositives + row.falsePositives === 0) return null;
  return row.truePositives / (row.truePositives + row.falsePositives);
}

const scoreBars = 10;

function presentScores(h: ViewHelpers, { scores: { heldOut, file } }: FileFindings): PairedBars | null {
  if (heldOut === null) return null;
  const size = 100 / scoreBars;
  const within = (counts: readonly number[], bar: number): number =>
    counts
      .slice(bar * size, bar === scoreBars - 1 ? undefined : (bar + 1) * size)
      .reduce((sum, count) => sum + count, 0);
  const bins = Array.from({ length: scoreBars }, (_, bar) => ({
    label: `${h.number((100 * bar) / scoreBars)} to ${h.share((bar + 1) / scoreBars)}`,
    then: within(heldOut, bar),
    now: within(file, bar),
  }));
  return presentPairedBars(h, bins, {
    title: 'Churn probabilities then and now',
    labelHeading: 'Churn probability',
    thenHeading: 'Held-out customers',
    nowHeading: 'This file',
  });
}

function scoreNote(h: ViewHelpers, { scores: { stability, hasChanged } }: FileFindings): string {
  if (stability === null) return 'There are too few customers to tell whether the scores have changed.';
  const size = `PSI ${h.metric(stability.psi)}; chance explains up to ${h.metric(stability.explained)}`;
  return hasChanged
    ? `The scores are distributed differently (${size}).`
    : `The scores are distributed as those of held-out customers (${size}).`;
}
