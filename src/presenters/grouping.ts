/** A grouping: how many groups there are and why, what each is like, and the segments made from them. */
import { mostRows } from '../domain/groupings/rows.ts';
import type { Dataset } from '../store/datasets.ts';
import type { Group, GroupingFindings } from '../store/grouping-documents.ts';
import type { Grouping } from '../store/groupings.ts';
import type { Job } from '../store/jobs.ts';
import type { Segment } from '../store/segments.ts';
import { presentLineChart, roundTicksBetween } from './line-chart.ts';
import type { ViewHelpers } from './view-helpers.ts';

export interface GroupingData {
  readonly grouping: Grouping;
  /** In their order; none before they are made. */
  readonly segments: readonly Segment[];
  /** Null: the latest scores, or a dataset that was removed. */
  readonly dataset: Dataset | null;
  /** No customers have been scored with its columns. */
  readonly isUnscored: boolean;
  /** That is at it. */
  readonly job: Job | null;
}

export function presentGrouping(h: ViewHelpers, data: GroupingData) {
  const { grouping, segments, job } = data;
  const { id, name, state, findings, error, kind } = grouping;
  return {
    title: name,
    href: `/groupings/${id}`,
    source: sourceWords(h, data),
    isWorking: state === 'working',
    progress: job && { stage: job.stage ?? 'Waiting', done: job.done, total: Math.max(1, job.total) },
    problem: error,
    againHref: `/groupings/new${h.query({ kind, dataset: grouping.terms.datasetId })}`,
    notes: [...(data.isUnscored ? [noScores] : []), ...(findings?.notes ?? [])],
    choice: segments.length === 0 && findings?.clusters ? presentChoice(h, findings.clusters) : null,
    groups: presentGroups(h, findings, segments),
    without: findings?.fifths?.without
      ? `${h.plural(findings.fifths.without, 'customer is', 'customers are')} in no group: one of the three is not known.`
      : null,
  };
}

const noScores = 'No customers have been scored with these columns: the segments are empty until some are.';

function sourceWords(h: ViewHelpers, { grouping, dataset }: GroupingData): string {
  const { terms, findings } = grouping;
  const source =
    terms.datasetId === null
      ? 'the latest scores'
      : dataset === null
        ? 'a dataset that was removed'
        : `the dataset ${dataset.name}`;
  const columns = terms.columns.map((name) => h.label(name)).join(', ');
  const counted =
    findings === null
      ? ''
      : findings.rows < findings.total && findings.total <= mostRows
        ? ` ${h.count(findings.rows)} of ${h.count(findings.total)} customers were looked at; the other rows could not be read.`
        : findings.rows < findings.total
          ? ` ${h.count(findings.rows)} of ${h.count(findings.total)} customers were looked at, evenly drawn.`
          : ` ${h.plural(findings.rows, 'customer was', 'customers were')} looked at.`;
  return `By ${columns}, of ${source}.${counted}`;
}

type Clusters = NonNullable<GroupingFindings['clusters']>;

function presentChoice(h: ViewHelpers, { measures, choice, options }: Clusters) {
  return {
    finding: findingOf(h, choice),
    detail: `The silhouette is largest with ${h.count(choice.silhouette)}, the line of distances bends at ${h.count(choice.elbow)}, and the gap statistic chooses ${choice.gap === 1 ? 'none' : h.count(choice.gap)}.`,
    isUngrouped: choice.gap === 1,
    charts: options.length < 2 ? [] : presentCharts(h, measures, choice.suggested),
    rows: measures.map(({ k, inertia, silhouette, gap }) => ({
      k: h.count(k),
      distances: h.share(inertia / measures[0]!.inertia),
      silhouette: h.metric(silhouette),
      gap: `${h.metric(gap.value)} ± ${h.metric(gap.error)}`,
      isSuggested: k === choice.suggested,
    })),
    select: {
      name: 'groups',
      label: 'Number of groups',
      value: choice.suggested,
      options: options.map(({ groups }) => ({
        value: groups.length,
        label: `${h.count(groups.length)}${groups.length === choice.suggested ? ' (suggested)' : ''}`,
      })),
    },
    preview: presentTable(
      'Suggested groups',
      options
        .find(({ groups }) => groups.length === choice.suggested)!
        .groups.map((group) => presentGroup(h, group, null)),
    ),
  };
}

/** Of two numbers of groups or more: one would be a line of one point. */
function presentCharts(h: ViewHelpers, measures: Clusters['measures'], suggested: number) {
  const ofDistances = ({ inertia }: Clusters['measures'][number]) => inertia / measures[0]!.inertia;
  return [
    chartOf(h, measures, suggested, { title: 'Distances (elbow)', of: ofDistances, yText: h.share }),
    chartOf(h, measures, suggested, {
      title: 'Silhouette',
      of: ({ silhouette }) => silhouette,
      yText: h.number,
    }),
    chartOf(h, measures, suggested, { title: 'Gap statistic', of: ({ gap }) => gap.value, yText: h.number }),
  ];
}

function findingOf(h: ViewHelpers, { suggested, gap }: Clusters['choice']): string {
  return gap === 1
    ? `No clear groups; ${h.count(suggested)} divide these customers best`
    : `${h.count(suggested)} groups are suggested`;
}

interface Measure {
  readonly title: string;
  readonly of: (measures: Clusters['measures'][number]) => number | null;
  readonly yText: (y: number) => string;
}

function chartOf(h: ViewHelpers, measures: Clusters['measures'], suggested: number, measure: Measure) {
  const last = measures.at(-1)!.k;
  const placeOf = (k: number): number => (k - 2) / Math.max(1, last - 2);
  const points = measures
    .filter(({ k }) => k >= 2)
    .flatMap((one) => {
      const y = measure.of(one);
      return y === null ? [] : [{ x: placeOf(one.k), y }];
    });
  const values = points.map(({ y }) => y);
  return {
    title: measure.title,
    chart: presentLineChart({
      conclusion: `${measure.title} by the number of groups; ${h.count(suggested)} are suggested`,
      xLabel: 'Number of groups',
      yLabel: measure.title,
      points,
      xText: (x) => wholeText(h, 2 + x * (last - 2)),
      yText: measure.yText,
      yTicks: roundTicksBetween(Math.min(0, ...values), Math.max(...values)),
      mark: { x: placeOf(suggested), text: 'Suggested' },
    }),
  };
}

/** There are no 5.5 groups. */
function wholeText(h: ViewHelpers, x: number): string {
  return Number.isInteger(x) ? h.count(x) : '';
}

function presentGroups(h: ViewHelpers, findings: GroupingFindings | null, segments: readonly Segment[]) {
  if (findings === null || segments.length === 0) return null;
  const { fifths, clusters } = findings;
  const groups: readonly Group[] =
    fifths?.groups.filter(({ count }) => count > 0) ??
    clusters?.options.find((option) => option.groups.length === segments.length)?.groups ??
    [];
  return presentTable(
    'Segments of this grouping',
    segments.map((segment) => presentGroup(h, groups[segment.grouping?.place ?? 0]!, segment)),
  );
}

function presentTable(label: string, groups: readonly ReturnType<typeof presentGroup>[]) {
  return { label, groups, hasChurn: groups.some(({ churn }) => churn !== null) };
}

function presentGroup(h: ViewHelpers, { name, count, known, left }: Group, segment: Segment | null) {
  return {
    name: segment?.name ?? name,
    href: segment && `/segments/${segment.id}`,
    count: h.count(count),
    churn: known === 0 ? null : h.rate(left / known),
  };
}
