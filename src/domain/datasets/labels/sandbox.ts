/**
 * Compares churn rules: how many customers left by each, how many labels it changes, how well a quick model predicts
 * it, and whether that model ranks the same customers highest.
 *
 * The model is a logistic regression on sampled rows, scored out of fold. The top tenth is compared among the rows
 * that both rules decide. Columns that any of the rules uses are not inputs.
 */
import { crossValidate, fewestOfAClass, takeTarget } from '../../../ml/evaluation/cross-validation.ts';
import { encodeTable, fitEncoder } from '../../../ml/data/encoding.ts';
import { fitEstimator, predictWith } from '../../../ml/estimators.ts';
import { rocAuc } from '../../../ml/evaluation/metrics.ts';
import { createRandom, shuffle } from '../../../ml/math/random.ts';
import { groupRows } from '../../../ml/data/row-groups.ts';
import type { InferredColumn } from '../../../ml/data/schema-inference.ts';
import { isNamedAfterLeaving, readColumn } from '../../../ml/data/schema-inference.ts';
import type { FeatureType } from '../../../ml/data/schema.ts';
import { takeRows } from '../../../ml/data/table.ts';
import type { Table } from '../../../ml/data/table.ts';
import { applyProxy, describeProxy } from './proxy-label.ts';
import { conditionKinds } from './condition-kinds.ts';
import type { ConditionKind, ProxyCondition } from './condition-kinds.ts';
import type { ProxyLabels, ProxyRule, TextTable } from './proxy-label.ts';

export interface SandboxTable extends TextTable {
  /** In any order; features and the value are the inputs. */
  readonly columns: readonly Pick<InferredColumn, 'name' | 'type' | 'role'>[];
}

export interface SandboxOptions {
  readonly seed: number;
  /** The quick models are trained on so many rows at most. */
  readonly sampleRows: number;
}

/** 'Current' is the first rule. */
export interface DefinitionComparison {
  readonly rule: ProxyRule;
  /** A sentence. */
  readonly description: string;
  /** Customers who left. */
  readonly leftCount: number;
  readonly stayed: number;
  readonly undecided: number;
  /** Share who left among the decided rows, in [0, 1]; 0 when no row is decided. */
  readonly baseRate: number;
  /** Rows that both decide, with another label under the current rule. */
  readonly flipped: number;
  /** Of a quick model, out of fold; null where there are too few rows to train one. */
  readonly auc: number | null;
  /** Share of the current rule's highest-risk tenth that is in this one's too, in [0, 1]; null without models. */
  readonly topDecileOverlap: number | null;
  /** Sentences. */
  readonly warnings: readonly string[];
}

const usual: SandboxOptions = { seed: 1, sampleRows: 20_000 };
const folds = 3;

/** One entry a rule, in their order. @throws Unprocessable as applyProxy does. */
export function compareDefinitions(
  table: SandboxTable,
  rules: readonly ProxyRule[],
  options: Partial<SandboxOptions> = {},
): DefinitionComparison[] {
  const { seed, sampleRows } = { ...usual, ...options };
  const labelled = rules.map((rule) => applyProxy(rule, table));
  const rows = drawRows(labelled[0]?.labels.length ?? 0, sampleRows, seed);
  const features = readFeatures(table, new Set(labelled.flatMap(({ usedColumns }) => usedColumns)), rows);
  const scores = labelled.map(({ labels }) => scoreOutOfFold(features, takeTarget(labels, rows), seed));
  return rules.map((rule, at) => {
    const labels = labelled[at]!;
    const ours = scores[at] ?? null;
    const auc = ours ? aucOf(ours, takeTarget(labels.labels, rows)) : null;
    const baseRate = labels.positive / Math.max(labels.labels.length - labels.undecided, 1);
    return {
      rule,
      description: describeProxy(rule),
      leftCount: labels.positive,
      stayed: labels.labels.length - labels.positive - labels.undecided,
      undecided: labels.undecided,
      baseRate,
      flipped: countFlipped(labelled[0]!.labels, labels.labels),
      auc,
      topDecileOverlap: ours && scores[0] ? overlapOfTopDecile(scores[0], ours) : null,
      warnings: warningsOf(labels, baseRate, auc),
    };
  });
}

/** The rule, and the rule with other usual limits in the first condition that has any. */
export function variantsOf(rule: ProxyRule): ProxyRule[] {
  for (const [at, condition] of rule.conditions.entries()) {
    const variants = variantsOfCondition(condition);
    if (variants.length > 0)
      return [rule, ...variants.map((one) => ({ ...rule, conditions: rule.conditions.with(at, one) }))];
  }
  return [rule];
}

function variantsOfCondition<K extends ConditionKind>(condition: ProxyCondition<K>): ProxyCondition[] {
  return conditionKinds[condition.kind].variants(condition);
}

function drawRows(rowCount: number, most: number, seed: number): Int32Array {
  const rows = new Int32Array(rowCount);
  for (let row = 0; row < rowCount; row++) rows[row] = row;
  if (rowCount <= most) return rows;
  shuffle(rows, createRandom(seed));
  return rows.slice(0, most).sort();
}

interface Features {
  readonly table: Table;
  /** Customer IDs. */
  readonly identifiers: readonly (readonly string[])[];
  readonly types: readonly FeatureType[];
}

function readFeatures(table: SandboxTable, used: ReadonlySet<string>, rows: Int32Array): Features {
  const features = table.columns.filter(
    ({ name, type, role }) =>
      (role === 'feature' || role === 'value') &&
      type !== 'text' &&
      !used.has(name) &&
      !isNamedAfterLeaving(name) &&
      table.header.includes(name),
  );
  const columns = features.map(({ name, type }) => {
    const cells = table.cells[table.header.indexOf(name)]!;
    return readColumn(
      name,
      type as FeatureType,
      Array.from(rows, (row) => cells[row]!),
      table.decimal,
    );
  });
  return {
    table: { rowCount: rows.length, columns },
    identifiers: table.columns
      .filter(({ role, name }) => role === 'identifier' && table.header.includes(name))
      .map(({ name }) => Array.from(rows, (row) => table.cells[table.header.indexOf(name)]![row]!)),
    types: features.map(({ type }) => type as FeatureType),
  };
}

/** One score a row, NaN where the row is undecided; null where there are too few rows to train on. */
function scoreOutOfFold(
  { table, types, identifiers }: Features,
  labels: Uint8Array,
  seed: number,
): Float64Array | null {
  const decided = Int32Array.from(labels.keys()).filter((row) => labels[row]! <= 1);
  const target = takeTarget(labels, decided);
  const decidedTable = takeRows(table, decided);
  const groups = groupRows(
    decidedTable,
    target,
    identifiers.map((cells) => Array.from(decided, (row) => cells[row]!)),
  );
  if (types.length === 0 || fewestOfAClass(target, groups) < folds) return null;
  const scores = new Float64Array(labels.length).fill(NaN);
  const results = crossValidate(target, { folds, repeats: 1, seed, groups }, ({ train, test }, random) => {
    const trainTable = takeRows(decidedTable, train);
    const encoder = fitEncoder(trainTable, types);
    const data = { table: encodeTable(encoder, trainTable), target: takeTarget(target, train) };
    const fitted = fitEstimator('logistic', { maxIterations: 15 }, data, random);
    return predictWith(fitted, encodeTable(encoder, takeRows(decidedTable, test)));
  });
  for (const result of results)
    for (let i = 0; i < result.rows.length; i++) scores[decided[result.rows[i]!]!] = result.scores[i]!;
  return scores;
}

function aucOf(scores: Float64Array, labels: Uint8Array): number {
  const decided = Int32Array.from(labels.keys()).filter((row) => labels[row]! <= 1);
  return rocAuc(
    Float64Array.from(decided, (row) => scores[row]!),
    takeTarget(labels, decided),
  );
}

function countFlipped(current: Uint8Array, other: Uint8Array): number {
  let flipped = 0;
  for (let row = 0; row < current.length; row++) {
    const [a, b] = [current[row]!, other[row]!];
    if (a !== b && a <= 1 && b <= 1) flipped++;
  }
  return flipped;
}

function overlapOfTopDecile(current: Float64Array, other: Float64Array): number | null {
  const both = Array.from(current.keys()).filter(
    (row) => !Number.isNaN(current[row]!) && !Number.isNaN(other[row]!),
  );
  const count = Math.round(both.length / 10);
  if (count === 0) return null;
  const top = (scores: Float64Array): number[] =>
    both.toSorted((a, b) => scores[b]! - scores[a]! || a - b).slice(0, count);
  const ours = new Set(top(other));
  return top(current).filter((row) => ours.has(row)).length / count;
}

function warningsOf({ positive }: ProxyLabels, baseRate: number, auc: number | null): string[] {
  const warnings: string[] = [];
  if (positive < 50)
    warnings.push(`Only ${positive} customers count as having left; a model needs at least 50.`);
  if (baseRate < 0.02)
    warnings.push('Fewer than 2% of customers count as having left; the rule may miss many.');
  if (baseRate > 0.6)
    warnings.push(
      'More than 60% of customers count as having left; the rule may include many who only pause.',
    );
  if (auc !== null && auc > 0.98)
    warnings.push('A quick model predicts this almost perfectly; another column may say the same.');
  if (auc === null)
    warnings.push('There are too few customers in one of the outcomes to train a quick model.');
  return warnings;
}
