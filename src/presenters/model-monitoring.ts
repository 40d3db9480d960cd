/** A model over the files that it scored: harm and changes of each, and what became of the customers. */
import type { FileFindings } from '../domain/monitoring/findings.ts';
import { mostLiveFiles } from '../domain/monitoring/live.ts';
import type { LiveFile, LiveOutcome } from '../domain/monitoring/live.ts';
import type { MonitoredBatch } from '../domain/monitoring/reading.ts';
import type { MonthOfScores } from '../domain/monitoring/single-scores.ts';
import type { Estimate } from '../ml/monitoring/expected-performance.ts';
import type { ModelRecord } from '../store/models.ts';
import { shortVerdict, verdictOf } from './file-monitoring.ts';
import { measureText } from './model.ts';
import type { ViewHelpers } from './view-helpers.ts';

export interface ModelMonitoringData {
  readonly model: ModelRecord;
  readonly challenger: ModelRecord | null;
  /** Newest first. */
  readonly files: readonly MonitoredBatch[];
  /** Null: they could not be read. */
  readonly months: readonly MonthOfScores[] | null;
  /** Null: they could not be read. */
  readonly live: readonly LiveFile[] | null;
  readonly days: number;
}

export type ModelMonitoringPage = ReturnType<typeof presentModelMonitoring>;

/** Days after a score within which leaving counts. */
export const liveDays: readonly number[] = [30, 60, 90, 180, 365];

const perCustomers = 1_000;

export function presentModelMonitoring(h: ViewHelpers, data: ModelMonitoringData) {
  const { model, challenger, files, months, live, days } = data;
  const { evaluation } = model;
  return {
    href: `/models/${model.id}`,
    label: model.label,
    outcome: outcomeSentence(h, live),
    newest: newestSentence(h, files),
    profitHeading: `Profit per ${h.count(perCustomers)} customers`,
    heldOut: {
      customers: h.count(evaluation.holdoutRows),
      rocAuc: h.metric(evaluation.holdout.rocAuc),
      rate: h.rate(evaluation.positiveRate),
    },
    files: files.map((file) => presentFile(h, file)),
    months:
      months?.map(({ month, findings }) => ({ month: monthText(month), ...presentFindings(h, findings) })) ??
      null,
    challenger: challenger?.label ?? null,
    days,
    dayOptions: liveDays.map((one) => ({ value: one, label: h.plural(one, 'day') })),
    live: live && presentLive(h, live, data),
    isShortened: (live?.length ?? 0) >= mostLiveFiles,
  };
}

function outcomeSentence(h: ViewHelpers, live: readonly LiveFile[] | null): string | null {
  const known = live?.find(({ outcome }) => (outcome?.known ?? 0) > 0);
  return known?.outcome ? rateSentence(h, known, known.outcome) : null;
}

function newestSentence(h: ViewHelpers, files: readonly MonitoredBatch[]): string {
  const newest = files.reduce<MonitoredBatch | null>(
    (last, file) => (last === null || file.finishedAt > last.finishedAt ? file : last),
    null,
  );
  if (newest === null) return 'This model has not scored a file yet.';
  return `${newest.name}, the newest file: ${verdictOf(h, newest.findings)}`;
}

function rateSentence(
  h: ViewHelpers,
  { name }: LiveFile,
  { known, left, expectedLeft, rate }: LiveOutcome,
): string {
  const expected = expectedLeft / known;
  const words = `Of the customers of ${name} whose outcome is known, ${h.rate(left / known)} left; ${h.rate(expected)} were expected to.`;
  if (expected >= rate.low && expected <= rate.high) return `${words} Chance explains the difference.`;
  const direction = expected < rate.low ? 'low' : 'high';
  return `${words} That is more than chance explains: the probabilities are too ${direction} for these customers.`;
}

function presentFile(h: ViewHelpers, { id, name, finishedAt, findings }: MonitoredBatch) {
  return {
    href: `/batches/${id}/monitoring`,
    name,
    scored: h.date(finishedAt),
    ...presentFindings(h, findings),
  };
}

function presentFindings(h: ViewHelpers, findings: FileFindings) {
  const { harm, scores, performance, rowCount } = findings;
  return {
    customers: h.count(rowCount),
    verdict: shortVerdict(h, findings),
    profit: h.money(harm?.profit && harm.profit.now.value * perCustomers),
    highRisk: h.rate(harm?.highRisk.now),
    psi: h.metric(scores.stability?.psi),
    rocAuc: withInterval(h, performance?.rocAuc ?? null),
  };
}

function presentLive(h: ViewHelpers, live: readonly LiveFile[], { files, challenger }: ModelMonitoringData) {
  return live.map((file) => {
    const expected = files.find(({ id }) => id === file.batchId)?.findings.performance;
    return {
      href: `/batches/${file.batchId}/monitoring`,
      name: file.name,
      note: noteOf(h, file),
      rows: file.outcome ? liveRows(h, file.outcome, expected ?? null) : [],
      challenger: challenger && file.outcome ? challengerWords(h, challenger, file.outcome) : null,
    };
  });
}

function noteOf(h: ViewHelpers, { scoredOn, endsOn, outcome }: LiveFile): string {
  const scored = `Scored on ${h.date(scoredOn)}.`;
  if (outcome === null) return `${scored} Outcomes count from ${h.date(endsOn)} on.`;
  if (outcome.known === 0 && outcome.contacted === 0) return `${scored} No outcome is known.`;
  const contacted =
    outcome.contacted === 0
      ? ''
      : ` ${h.plural(outcome.contacted, 'customer was', 'customers were')} contacted and ${outcome.contacted === 1 ? 'is' : 'are'} left out.`;
  const few =
    outcome.figures === null ? ' At least 10 who left and 10 who stayed are needed for further figures.' : '';
  return `${scored} The outcome of ${h.plural(outcome.known, 'customer')} is known.${contacted}${few}`;
}

function liveRows(
  h: ViewHelpers,
  { known, left, rate, expectedLeft, figures }: LiveOutcome,
  expected: FileFindings['performance'],
) {
  if (known === 0) return [];
  const share = {
    name: 'Share of customers who left',
    live: `${h.rate(left / known)} (${h.rate(rate.low)} to ${h.rate(rate.high)})`,
    expected: h.rate(expectedLeft / known),
  };
  if (figures === null) return [share];
  const row = (name: 'rocAuc' | 'logLoss' | 'brier' | 'precision') => ({
    name: measureText[name],
    live: withInterval(h, { value: figures.metrics[name], ...figures.intervals[name] }),
    expected: withInterval(h, expected?.[name] ?? null),
  });
  return [share, row('rocAuc'), row('precision'), row('logLoss'), row('brier')];
}

function challengerWords(h: ViewHelpers, { label }: ModelRecord, { challenger }: LiveOutcome): string | null {
  if (challenger === null) return null;
  const { value, low, high } = challenger;
  const size = `${h.difference(value)} (${h.difference(low)} to ${h.difference(high)})`;
  const verdict =
    low > 0
      ? 'It ranks these customers better.'
      : high < 0
        ? 'It ranks these customers worse.'
        : 'Chance explains the difference.';
  return `${label}, the challenger, differs in ROC AUC by ${size} on the same customers. ${verdict}`;
}

function withInterval(h: ViewHelpers, estimate: Estimate | null): string {
  if (estimate === null) return h.metric(null);
  return `${h.metric(estimate.value)} (${h.metric(estimate.low)} to ${h.metric(estimate.high)})`;
}

/** '2026-11' → 'November 2026'. */
function monthText(month: string): string {
  const format = new Intl.DateTimeFormat('en-GB', { month: 'long', year: 'numeric', timeZone: 'UTC' });
  return format.format(new Date(`${month}-15T12:00:00Z`));
}
