/** The columns of a file beside those of the training data. */
import { edgeTexts } from '../format.ts';
import type { FileFindings } from '../domain/monitoring/findings.ts';
import { levelText } from '../domain/scoring/feature-words.ts';
import type { ChangeKind } from '../ml/monitoring/drift.ts';
import type { Feature } from '../ml/data/schema.ts';
import type { BatchCounts } from '../store/batch-count-documents.ts';
import type { ModelRecord } from '../store/models.ts';
import { presentPairedBars } from './paired-bars.ts';
import type { PairedBin } from './paired-bars.ts';
import type { ViewHelpers } from './view-helpers.ts';

type TitleOf = (name: string) => string;
type FeatureFindings = FileFindings['features'][number];

/** Charts of more would be a page that nobody reads. */
const mostCharts = 8;

/** Those that have changed, the ones that move scores most first. */
export function presentChangedColumns(
  h: ViewHelpers,
  {
    model,
    counts,
    findings,
  }: { readonly model: ModelRecord; readonly counts: BatchCounts; readonly findings: FileFindings },
  titleOf: TitleOf,
) {
  const changed = findings.features
    .flatMap((feature, j) => (feature.changes.length > 0 ? [{ feature, j }] : []))
    .sort((a, b) => Math.abs(b.feature.points ?? 0) - Math.abs(a.feature.points ?? 0));
  return changed.slice(0, mostCharts).map(({ feature, j }) => {
    const title = titleOf(feature.name);
    return {
      title,
      sentences: [
        ...feature.changes.map((kind) => changeWords(h, kind, feature, shareOf(counts, j))),
        effectWords(h, feature.points),
      ]
        .filter((words) => words !== null)
        .join(' '),
      chart: presentPairedBars(h, binsOf(model.schema.features[j], counts, j), {
        title: `${title}, then and now`,
        labelHeading: title,
        thenHeading: 'Training data',
        nowHeading: 'This file',
      }),
    };
  });
}

/** All of them. */
export function presentColumnTable(
  h: ViewHelpers,
  counts: BatchCounts,
  { features }: FileFindings,
  titleOf: TitleOf,
) {
  return features.map((feature, j) => {
    const { missing, other } = shareOf(counts, j);
    return {
      title: titleOf(feature.name),
      verdict: columnVerdict(feature),
      psi: h.metric(feature.stability?.psi),
      explained: h.metric(feature.stability?.explained),
      missing: `${h.rate(missing.then)} → ${h.rate(missing.now)}`,
      other: h.rate(other),
      points: h.points(feature.points),
    };
  });
}

function columnVerdict({ changes, stability, isSlight }: FeatureFindings): string {
  if (changes.length > 0) return changes.map((kind) => kindText[kind]).join(', ');
  if (stability === null) return 'Too few rows to tell';
  return isSlight ? 'Slightly different' : 'As in training';
}

const kindText: Record<ChangeKind, string> = {
  distribution: 'Different values',
  missing: 'Missing values',
  'new-levels': 'New values',
  outside: 'Outside the range',
};

interface Shares {
  readonly missing: { readonly then: number; readonly now: number };
  /** Of rows with a new level, or a number outside the training range. */
  readonly other: number;
}

function shareOf({ reference, file }: BatchCounts, j: number): Shares {
  const { missing, fresh, below, above } = file.features[j]!;
  const rows = Math.max(1, file.rowCount);
  return {
    missing: { then: reference.features[j]!.missing / reference.rowCount, now: missing / rows },
    other: (fresh + below + above) / rows,
  };
}

function changeWords(
  h: ViewHelpers,
  kind: ChangeKind,
  { stability }: FeatureFindings,
  { missing, other }: Shares,
): string {
  const words: Record<ChangeKind, string> = {
    distribution: `Values are distributed differently: PSI ${h.metric(stability?.psi)}, of which chance explains up to ${h.metric(stability?.explained)}.`,
    missing: `${h.rate(missing.now)} of the customers have no value; of the training rows, ${h.rate(missing.then)} had none.`,
    'new-levels': `${h.rate(other)} of the customers have a value that is not in the training data.`,
    outside: `${h.rate(other)} of the customers are outside the training range.`,
  };
  return words[kind];
}

function effectWords(h: ViewHelpers, points: number | null): string | null {
  if (points === null) return null;
  if (Math.abs(points) < 0.0005) return 'It does not move the mean churn probability.';
  return `It ${points > 0 ? 'raises' : 'lowers'} the mean churn probability by ${h.size(points)}.`;
}

/** With rows that have no value, or a new one. */
function binsOf(feature: Feature | undefined, { reference, file }: BatchCounts, j: number): PairedBin[] {
  const then = reference.features[j]!;
  const now = file.features[j]!;
  const labels =
    then.kind === 'number'
      ? edgeTexts(
          then.edges,
          feature?.type === 'date' ? 'date' : feature?.range?.integer ? 'integer' : 'number',
        )
      : [...then.levels.map((level) => levelText(feature ?? { levels: [] }, level)), 'Other values'];
  return [
    ...labels.map((label, bin) => ({ label, then: then.counts[bin]!, now: now.counts[bin]! })),
    { label: 'New values', then: 0, now: now.fresh },
    { label: 'No value', then: then.missing, now: now.missing },
  ].filter((bin) => bin.then + bin.now > 0);
}
