/** Two to four models side by side. */
import type { ComparedMeasure, ModelComparison } from '../domain/models/comparison.ts';
import type { ModelRecord } from '../store/models.ts';
import { algorithmText, measureText } from './model.ts';
import type { ViewHelpers } from './view-helpers.ts';

export type ModelComparisonPage = ReturnType<typeof presentComparison>;

/** `comparison`: null with fewer than two models. */
export function presentComparison(
  h: ViewHelpers,
  models: readonly ModelRecord[],
  comparison: ModelComparison | null,
) {
  return {
    models: models.map(({ id, label }) => ({ href: `/models/${id}`, label })),
    comparison: comparison && {
      isSameData: comparison.isSameData,
      measures: comparison.measures.map((measure) => presentMeasure(h, measure, models)),
      facts: presentFacts(h, models),
    },
  };
}

function presentMeasure(h: ViewHelpers, measure: ComparedMeasure, models: readonly ModelRecord[]) {
  return {
    name: measureText[measure.measure],
    cells: measure.figures.map(({ value, interval, majority }, i) => ({
      model: models[i]?.label ?? '',
      value: h.metric(value),
      interval: interval && `${h.metric(interval.low)} to ${h.metric(interval.high)}`,
      majority: h.metric(majority),
      isBest: i === measure.best,
    })),
  };
}

function presentFacts(h: ViewHelpers, models: readonly ModelRecord[]) {
  const row = (name: string, text: (model: ModelRecord) => string) => ({
    name,
    cells: models.map((model) => ({ model: model.label, text: text(model) })),
  });
  return [
    row('Threshold', ({ threshold }) => h.share(threshold)),
    row('Algorithm', ({ family }) => algorithmText(family)),
    row('Inputs', ({ schema }) => h.count(schema.features.length)),
    row('Training rows', ({ evaluation }) => h.count(evaluation.trainingRows)),
    row('Most important columns', ({ importance }) =>
      importance
        .slice(0, 3)
        .map(({ feature }) => h.label(feature))
        .join(', '),
    ),
    row('Trained', ({ createdAt }) => h.dateTime(createdAt)),
  ];
}
