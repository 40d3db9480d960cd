/**
 * Compares models. One is called best at a measure only where the data support it: all were measured on rows of the
 * same data with the same label, and its 95 % interval lies apart from every other's.
 */
import type { ModelRecord } from '../../store/models.ts';
import { cardFigures } from './card-figures.ts';
import type { CardFigure, CardMeasure } from './card-figures.ts';

export interface ComparedMeasure {
  readonly measure: CardMeasure;
  /** One a model, in their order. */
  readonly figures: readonly CardFigure[];
  /** Place of the model that is better than all others beyond chance; null where no model is. */
  readonly best: number | null;
}

export interface ModelComparison {
  readonly isSameData: boolean;
  readonly measures: readonly ComparedMeasure[];
}

const lowerIsBetter: readonly CardMeasure[] = ['logLoss', 'brier', 'ece'];

type Compared = Pick<ModelRecord, 'evaluation' | 'threshold' | 'provenance' | 'schema'>;

/** `models`: at least one. */
export function compareModels(models: readonly Compared[]): ModelComparison {
  const isSameData = new Set(models.map(dataOf)).size === 1;
  const all = models.map(cardFigures);
  return {
    isSameData,
    measures: [...all[0]!.keys()].map((measure) => {
      const figures = all.map((own) => own.get(measure)!);
      return { measure, figures, best: isSameData ? clearlyBest(measure, figures) : null };
    }),
  };
}

/** What was asked of which rows. */
function dataOf({ provenance, schema: { label } }: Compared): string {
  return JSON.stringify([provenance.datasetHash, label.name, label.positive]);
}

function clearlyBest(measure: CardMeasure, figures: readonly CardFigure[]): number | null {
  const sign = lowerIsBetter.includes(measure) ? -1 : 1;
  const spans = figures.map(({ value, interval }) => {
    if (interval === null || Number.isNaN(value)) return null;
    const ends = [sign * interval.low, sign * interval.high];
    return { low: Math.min(...ends), high: Math.max(...ends) };
  });
  const best = spans.findIndex(
    (own, i) =>
      own !== null && spans.every((other, j) => i === j || (other !== null && own.low > other.high)),
  );
  return best < 0 || figures.length < 2 ? null : best;
}
