/** Rows of the lists of scored customers, with the strongest reason in the words of the model's columns. */
import { featureWords } from '../domain/scoring/feature-words.ts';
import type { FeatureWords } from '../domain/scoring/feature-words.ts';
import type { RiskLevel } from '../domain/risk/levels.ts';
import type { ModelRecord } from '../store/models.ts';
import type { ListedPrediction } from '../store/score-files/rows.ts';
import type { SetLevel } from '../store/set-levels.ts';
import { setLevelWords } from './set-level.ts';
import type { ViewHelpers } from './view-helpers.ts';

export interface PredictionRow {
  readonly href: string;
  readonly customer: string;
  readonly probability: string;
  readonly level: RiskLevel;
  /** Who set the level, where a person did. */
  readonly setLevel: string | null;
  readonly reason: string;
  readonly action: string;
  readonly monthlyRevenue: string;
  readonly saving: string;
  readonly scored: string;
}

/** A score with the level that a person has set. */
export type ListedScore = ListedPrediction & { readonly setLevel: SetLevel | null };

type Schemas = readonly Pick<ModelRecord, 'id' | 'schema'>[];

export function presentPredictionRows(
  h: ViewHelpers,
  predictions: readonly ListedScore[],
  models: Schemas,
): PredictionRow[] {
  const words = new Map(models.map(({ id, schema }) => [id, featureWords(schema)]));
  const unknown = featureWords(undefined);
  const wordsOf = ({ modelId }: ListedPrediction): FeatureWords =>
    (modelId === null ? undefined : words.get(modelId)) ?? unknown;
  return predictions.map((score) => ({
    href: `/customers/${score.id}`,
    customer: customerName(h, score),
    probability: h.percent(score.probability),
    level: score.setLevel?.level ?? score.riskLevel,
    setLevel: score.setLevel && setLevelWords(h, score.setLevel, score.riskLevel),
    reason: reasonOf(h, score, wordsOf(score)),
    action: h.or(score.recommendedAction),
    monthlyRevenue: h.money(score.monthlyValue),
    saving: h.money(score.expectedSaving),
    scored: h.date(score.createdAt),
  }));
}

function customerName(h: ViewHelpers, { id, customerId, rowNumber }: ListedPrediction): string {
  if (customerId !== null) return customerId;
  return rowNumber === null ? `Prediction ${id}` : `Row ${h.count(rowNumber)}`;
}

/** 'Contract is Month-to-month: raises risk by 12 points'. */
function reasonOf(h: ViewHelpers, { reasons }: ListedPrediction, words: FeatureWords): string {
  const [strongest] = reasons;
  if (strongest === undefined) return h.or(null);
  const { feature, value, points } = strongest;
  return `${words.title(feature)} is ${words.value(feature, value)}: ${h.effect(points)}`;
}
