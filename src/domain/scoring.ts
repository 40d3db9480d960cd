/**
 * The one scoring function. Form, CSV and API go through it, so the same customer gets the same probability
 * to the last bit wherever it comes from.
 */
import { explainModel, predictModel } from '../ml/model.ts';
import type { Model } from '../ml/model.ts';
import { addRow, clearRows, createRowBatch, toTable } from '../ml/row-reader.ts';
import type { CellNote, CellProblem, RowBatch } from '../ml/row-reader.ts';
import { isBlank, parseNumber } from '../ml/values.ts';
import type { DecimalSign } from '../ml/values.ts';
import { foldName } from './column-names.ts';
import { chooseActions } from './retention.ts';
import type { RecommendedAction, RetentionRule } from './retention.ts';
import { riskLevelOf } from './risk.ts';
import type { RiskLevel } from './risk.ts';
import { noteWords } from './scoring-words.ts';
import type { Reason } from './scoring-words.ts';

/** What a score depends on beside the model; frozen into a batch when it starts. */
export interface ScoringRules {
  readonly mediumFrom: number;
  readonly highFrom: number;
  readonly valueMonths: number;
  readonly rules: readonly RetentionRule[];
}

export interface Scorer {
  readonly model: Model;
  readonly rules: ScoringRules;
  readonly batch: RowBatch;
  /** Where in a row's cells the monthly value stands when it is a feature; −1 otherwise. */
  readonly valueFeature: number;
}

/** A customer as text. */
export interface RawCustomer {
  /** One a feature, in the schema's order; undefined: not given. */
  readonly cells: readonly (string | undefined)[];
  /** The monthly value where it is no feature. */
  readonly value?: string | undefined;
  /** Levels that were read as others, in words. */
  readonly renamed?: readonly string[];
}

export interface ScoredCustomer {
  readonly probability: number;
  /** At or above the model's threshold. */
  readonly churn: boolean;
  readonly riskLevel: RiskLevel;
  /** The probability that the reasons start from. */
  readonly base: number;
  /** Strongest first; all features, so that base + Σ points = probability. */
  readonly reasons: readonly Reason[];
  readonly actions: readonly RecommendedAction[];
  /** What was imputed, unseen or out of range, in words. */
  readonly notes: readonly string[];
  readonly monthlyValue: number | null;
}

export type ScoreResult =
  | { readonly ok: true; readonly customer: ScoredCustomer }
  | { readonly ok: false; readonly problems: readonly CellProblem[] };

export function createScorer(model: Model, rules: ScoringRules, capacity = 1): Scorer {
  const { features, value } = model.schema;
  const valueFeature =
    value === null ? -1 : features.findIndex((feature) => foldName(feature.name) === foldName(value));
  return { model, rules, batch: createRowBatch(features, capacity), valueFeature };
}

/**
 * Scores customers, at most the scorer's capacity of them; the results are in their order. `notOffered`: features
 * that the source does not have at all, which are imputed for every row and noted once by the caller.
 */
export function scoreCustomers(
  scorer: Scorer,
  customers: readonly RawCustomer[],
  decimal: DecimalSign,
): ScoreResult[] {
  clearRows(scorer.batch);
  const readings = customers.map(({ cells }) => addRow(scorer.batch, cells, decimal));
  const table = toTable(scorer.batch);
  const probabilities = predictModel(scorer.model, table);
  const explanation = explainModel(scorer.model, table);
  let row = 0;
  return customers.map((customer, i) => {
    const { problems, notes } = readings[i]!;
    if (problems.length > 0) return { ok: false, problems };
    const points = explanation.contributions.subarray(
      row * explanation.featureCount,
      (row + 1) * explanation.featureCount,
    );
    const probability = probabilities[row]!;
    row++;
    return {
      ok: true,
      customer: describe(scorer, customer, probability, explanation.base, points, notes, decimal),
    };
  });
}

function describe(
  scorer: Scorer,
  customer: RawCustomer,
  probability: number,
  base: number,
  points: Float64Array,
  notes: readonly CellNote[],
  decimal: DecimalSign,
): ScoredCustomer {
  const { model, rules } = scorer;
  const riskLevel = riskLevelOf(probability, rules);
  const reasons = rankReasons(model, customer.cells, points);
  const monthlyValue = monthlyValueOf(scorer, customer, decimal);
  const inputs = inputsOf(model, customer.cells);
  return {
    probability,
    churn: probability >= model.threshold,
    riskLevel,
    base,
    reasons,
    actions: chooseActions(
      rules.rules,
      { probability, riskLevel, reasons, inputs, monthlyValue },
      rules.valueMonths,
    ),
    notes: [...(customer.renamed ?? []), ...notes.map(noteWords)],
    monthlyValue,
  };
}

function rankReasons(model: Model, cells: readonly (string | undefined)[], points: Float64Array): Reason[] {
  const order = Array.from(points.keys()).sort((a, b) => Math.abs(points[b]!) - Math.abs(points[a]!));
  return order.map((j) => ({
    feature: model.schema.features[j]!.name,
    value: cells[j]?.trim() ?? '',
    points: points[j]!,
  }));
}

/** Feature → text, as stored with a prediction and looked at by rules. */
export function inputsOf(model: Model, cells: readonly (string | undefined)[]): Record<string, string> {
  const inputs = Object.create(null) as Record<string, string>;
  model.schema.features.forEach((feature, j) => {
    inputs[feature.name] = cells[j]?.trim() ?? '';
  });
  return inputs;
}

function monthlyValueOf(scorer: Scorer, customer: RawCustomer, decimal: DecimalSign): number | null {
  const text = scorer.valueFeature >= 0 ? customer.cells[scorer.valueFeature] : customer.value;
  return text === undefined || isBlank(text) ? null : parseNumber(text, decimal);
}
