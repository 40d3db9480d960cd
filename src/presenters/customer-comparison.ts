/** A changed customer beside the original: both scores, what was recommended, and the inputs that were changed. */
import type { FeatureWords } from '../domain/scoring/feature-words.ts';
import type { CustomerScore } from '../domain/scoring/customer-record.ts';
import type { Baseline } from '../domain/scoring/what-if.ts';
import type { RiskLevel } from '../domain/risk/levels.ts';
import type { CellValue } from '../ml/data/values.ts';
import type { Settings } from '../store/settings.ts';
import { presentMeter } from './chart-meter.ts';
import type { Meter } from './chart-meter.ts';
import type { ViewHelpers } from './view-helpers.ts';

export interface InputChange {
  readonly name: string;
  readonly before: CellValue;
  readonly after: CellValue;
}

interface ComparisonData {
  readonly prediction: CustomerScore;
  readonly original: { readonly prediction: CustomerScore; readonly baseline: Baseline };
  readonly changes: readonly InputChange[];
  readonly settings: Settings;
  readonly words: FeatureWords;
}

interface ComparedScore {
  readonly title: string;
  readonly href: string | null;
  readonly probability: string;
  readonly level: RiskLevel;
  readonly meter: Meter;
  readonly model: string;
}

interface ComparedRow {
  readonly label: string;
  readonly before: string;
  readonly after: string;
}

/** A difference within a sentence; null where it cannot be computed. */
interface Difference {
  readonly before: string;
  readonly points: string | null;
  readonly after: string;
}

export function presentComparison(h: ViewHelpers, data: ComparisonData) {
  const { prediction, changes, settings, words } = data;
  const original = data.original.prediction;
  const title = prediction.source === 'what-if' ? 'What-if' : 'New score';
  return {
    scores: [
      comparedScore(h, original, settings, { title: 'Original', href: `/customers/${original.id}` }),
      comparedScore(h, prediction, settings, { title, href: null }),
    ],
    difference: differenceOf(h, data),
    isWhatIf: prediction.source === 'what-if',
    heading: title,
    rows: [
      ...changes.map(({ name, before, after }): ComparedRow => ({
        label: words.titleWithUnit(name),
        before: words.value(name, before),
        after: words.value(name, after),
      })),
      {
        label: 'Recommended action',
        before: h.or(original.recommendedAction),
        after: h.or(prediction.recommendedAction),
      },
      {
        label: 'Expected saving',
        before: h.money(original.expectedSaving),
        after: h.money(prediction.expectedSaving),
      },
    ],
    hasChanges: changes.length > 0,
  };
}

function comparedScore(
  h: ViewHelpers,
  score: CustomerScore,
  settings: Settings,
  { title, href }: Pick<ComparedScore, 'title' | 'href'>,
): ComparedScore {
  return {
    title,
    href,
    probability: h.percent(score.probability),
    level: score.riskLevel,
    meter: presentMeter(h, score, settings),
    model: score.modelLabel,
  };
}

function differenceOf(
  h: ViewHelpers,
  { prediction, original: { prediction: original, baseline } }: ComparisonData,
): Difference {
  const pointsFrom = (before: number): string => h.pointsBetween(before, prediction.probability);
  if (!baseline.isOtherModel)
    return {
      before: 'Difference:',
      points: pointsFrom(original.probability),
      after: `compared with the original, which is at ${h.percent(original.probability)}.`,
    };
  const other = `The original was scored by another model, ${original.modelLabel}, at ${h.percent(original.probability)}.`;
  if (baseline.probability === null)
    return {
      before: `${other} This model cannot score it unchanged, so the difference is not shown.`,
      points: null,
      after: '',
    };
  return {
    before: `${other} By this model it is at ${h.percent(baseline.probability)} unchanged: the changes make`,
    points: pointsFrom(baseline.probability),
    after: '',
  };
}
