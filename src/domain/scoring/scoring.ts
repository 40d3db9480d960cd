/**
 * The one scoring function. Form, CSV and API go through it, so the same customer gets the same probability
 * to the last bit wherever it comes from.
 */
import { scoreModel } from '../../ml/model/model.ts';
import type { Model } from '../../ml/model/model.ts';
import { clearRows, lastRow, toTable } from '../../ml/data/row-reader.ts';
import type { CellNote, CellProblem } from '../../ml/data/row-reader.ts';
import type { CellValue, DecimalSign } from '../../ml/data/values.ts';
import { createCustomerReader, readCustomer } from './customer-reading.ts';
import type { CustomerReader, RawCustomer } from './customer-reading.ts';
import type { FrozenRules } from '../../store/batch-documents.ts';
import { chooseActions } from '../retention/matching.ts';
import type { RecommendedAction } from '../retention/matching.ts';
import { riskLevelOf } from '../risk/levels.ts';
import type { RiskLevel } from '../risk/levels.ts';
import { noteTexts } from './explanations.ts';
import type { Reason } from './explanations.ts';

/** What a score depends on besides the model; stored with a batch when its scoring starts. */
export type ScoringRules = Omit<FrozenRules, 'threshold'>;

export interface Scorer {
  readonly model: Model;
  readonly rules: ScoringRules;
  readonly reader: CustomerReader;
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
  /** Of the rules that the actions are of; null: not known. */
  readonly rulesVersion: number | null;
  /** Which inputs were imputed, unrecognised or out of range, in words. */
  readonly notes: readonly string[];
  readonly monthlyValue: number | null;
  /** Feature → its value, before any policy: stored with the prediction, and read by the retention rules. */
  readonly inputs: Readonly<Record<string, CellValue>>;
}

export type ScoreResult =
  | { readonly ok: true; readonly customer: ScoredCustomer }
  | { readonly ok: false; readonly problems: readonly CellProblem[] };

export function createScorer(model: Model, rules: ScoringRules, capacity = 1): Scorer {
  return { model, rules, reader: createCustomerReader(model.schema, capacity) };
}

/** Scores customers, at most the scorer's capacity of them; the results are in their order. */
export function scoreCustomers(
  scorer: Scorer,
  customers: readonly RawCustomer[],
  decimal: DecimalSign,
): ScoreResult[] {
  const { batch } = scorer.reader;
  clearRows(batch);
  const readings = customers.map((customer) => {
    const reading = readCustomer(scorer.reader, customer, decimal);
    return { ...reading, inputs: lastRow(batch) };
  });
  const table = toTable(batch);
  const { probabilities, explanation } = scoreModel(scorer.model, table);
  let row = 0;
  return customers.map((customer, i) => {
    const reading = readings[i]!;
    if (reading.problems.length > 0) return { ok: false, problems: reading.problems };
    const points = explanation.contributions.subarray(
      row * explanation.featureCount,
      (row + 1) * explanation.featureCount,
    );
    const probability = probabilities[row]!;
    row++;
    return {
      ok: true,
      customer: describe(
        scorer,
        { ...reading, ...customer },
        { probability, base: explanation.base, points },
      ),
    };
  });
}

interface ReadCustomer extends Pick<RawCustomer, 'renamed' | 'had'> {
  readonly inputs: Readonly<Record<string, CellValue>>;
  readonly notes: readonly CellNote[];
  readonly monthlyValue: number | null;
}

/** What the model gives for one customer. */
interface Scored {
  readonly probability: number;
  readonly base: number;
  readonly points: Float64Array;
}

const hadNothing = (): boolean => false;

function describe(
  { model, rules }: Scorer,
  { inputs, notes, monthlyValue, renamed, had = hadNothing }: ReadCustomer,
  { probability, base, points }: Scored,
): ScoredCustomer {
  const riskLevel = riskLevelOf(probability, rules);
  const reasons = rankReasons(model, inputs, points);
  return {
    probability,
    churn: probability >= model.threshold,
    riskLevel,
    base,
    reasons,
    actions: chooseActions(
      rules.rules,
      { probability, riskLevel, reasons, inputs, monthlyValue, had },
      rules,
    ),
    rulesVersion: rules.rulesVersion ?? null,
    notes: noteTexts(renamed, notes),
    monthlyValue,
    inputs,
  };
}

function rankReasons(model: Model, inputs: ReadCustomer['inputs'], points: Float64Array): Reason[] {
  const order = Array.from(points.keys()).sort((a, b) => Math.abs(points[b]!) - Math.abs(points[a]!));
  return order.map((j) => {
    const feature = model.schema.features[j]!.name;
    return { feature, value: inputs[feature] ?? null, points: points[j]! };
  });
}
