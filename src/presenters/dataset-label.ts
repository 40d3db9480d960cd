/** The step 'Churn label': columns that could be the label, the form of a rule, and rules compared. */
import { maxProfileRows } from '../domain/datasets/import/reading.ts';
import { filledRuleColumn, labelCandidates, labelReason } from '../domain/datasets/labels/candidates.ts';
import type { LabelCandidate } from '../domain/datasets/labels/candidates.ts';
import type { LabelComparison } from '../domain/datasets/labels/comparison.ts';
import { conditionKinds } from '../domain/datasets/labels/condition-kinds.ts';
import { describeLabel } from '../domain/datasets/labels/definition.ts';
import type { LabelDefinition } from '../domain/datasets/labels/definition.ts';
import { findLabelProblem } from '../domain/datasets/labels/problem.ts';
import { describeProxy } from '../domain/datasets/labels/proxy-label.ts';
import type { DatasetProfile } from '../domain/datasets/profile/profile.ts';
import type { FieldError } from '../errors.ts';
import type { Dataset } from '../store/datasets.ts';
import { partOfRows } from './part-of-rows.ts';
import type { ViewHelpers } from './view-helpers.ts';

export interface LabelRecord {
  readonly dataset: Dataset;
  readonly label: LabelDefinition | null;
  readonly comparison: LabelComparison | null;
  readonly profile: DatasetProfile | null;
  /** Of both forms, as stored or typed. */
  readonly values: Readonly<Record<string, string>>;
  readonly errors: readonly FieldError[];
  /** Conditions that the rule's form has room for. */
  readonly slots: readonly number[];
}

export function presentDatasetLabel(h: ViewHelpers, record: LabelRecord) {
  const { dataset, label, comparison, profile, values, errors } = record;
  const candidates = labelCandidates(dataset, label);
  const counted = profile?.rows ?? 0;
  const isColumn = label?.kind === 'column';
  return {
    dataset,
    current: label && { words: describeLabel(label), reason: labelReason(label, dataset.columns) },
    problem: label === null ? presentProblem(dataset) : null,
    choiceError: errors.find(({ field }) => field === 'choice')?.message ?? null,
    candidates: candidates.map((candidate) => presentCandidate(h, candidate, values['choice'])),
    sampleNote:
      counted < dataset.rowCount
        ? `Counted in ${partOfRows(h, counted, dataset.rowCount, maxProfileRows)}.`
        : null,
    spellings: candidates.flatMap(({ column, spellings }) =>
      spellings.length === 0 ? [] : [{ column: column.name, words: spellings.join('; ') }],
    ),
    columnButtonClass: isColumn ? 'button' : 'button button-primary',
    rule: presentRuleForm(record),
    comparison: comparison && presentComparison(h, comparison),
  };
}

function presentProblem(dataset: Dataset) {
  const problem = findLabelProblem(dataset.columns);
  return problem && { ...problem, filledPlace: filledRuleColumn(dataset, problem) };
}

function presentCandidate(h: ViewHelpers, { column, place, levels }: LabelCandidate, choice = '') {
  return {
    name: column.name,
    options: levels.map(({ level, isLikely, counts }, i) => ({
      value: `${place}:${i}`,
      isChosen: choice === `${place}:${i}`,
      label: [
        `${column.name} is ${level}`,
        isLikely ? ' (likely)' : '',
        counts === null ? '' : `: ${h.count(counts.left)} left, ${h.count(counts.stayed)} stayed`,
      ].join(''),
    })),
  };
}

function presentRuleForm({ dataset, label, comparison, values, errors, slots }: LabelRecord) {
  const columns = dataset.columns.map(({ name }, place) => ({ value: String(place), label: name }));
  const kinds = Object.entries(conditionKinds).map(([value, kind]) => ({ value, label: kind.label }));
  return {
    isOpen: label?.kind !== 'column' || comparison !== null || errors.length > 0,
    match: values['match'] ?? 'all',
    matchOptions: [
      { value: 'all', label: 'all conditions hold' },
      { value: 'any', label: 'at least one condition holds' },
    ],
    columns: [{ value: '', label: 'None' }, ...columns],
    kinds,
    asOf: values['asOf'] ?? '',
    conditions: slots.map((slot) => ({
      title: `Condition ${slot + 1}`,
      columnField: `column${slot}`,
      column: values[`column${slot}`] ?? '',
      kindField: `kind${slot}`,
      kind: values[`kind${slot}`] ?? '',
      valueField: `value${slot}`,
      value: values[`value${slot}`] ?? '',
    })),
  };
}

function presentComparison(h: ViewHelpers, { rule, results, error }: LabelComparison) {
  return {
    error,
    isWaiting: error === null && results === null,
    current: describeProxy(rule),
    rows: (results ?? []).map((result) => ({
      rule: result.description,
      left: h.count(result.leftCount),
      stayed: h.count(result.stayed),
      rate: h.rate(result.baseRate),
      changed: h.count(result.flipped),
      unknown: h.count(result.undecided),
      auc: h.metric(result.auc),
      overlap: h.rate(result.topDecileOverlap),
      warnings: result.warnings.join(' '),
    })),
  };
}
