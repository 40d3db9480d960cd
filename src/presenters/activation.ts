/** The page that asks before a model is activated, or the one before it is restored: what would change. */
import type { ActivationPreview, Comparison, LevelChange, LevelMove } from '../domain/models/activation.ts';
import type { TestResult } from '../domain/models/promotion-tests.ts';
import type { FieldError } from '../errors.ts';
import type { ModelRecord } from '../store/models.ts';
import type { ViewHelpers } from './view-helpers.ts';

export interface ActivationData {
  readonly model: ModelRecord;
  readonly active: ModelRecord | undefined;
  readonly preview: ActivationPreview;
  readonly isRollback: boolean;
  readonly errors: readonly FieldError[];
}

export function presentActivation(h: ViewHelpers, data: ActivationData) {
  const { model, active, preview, isRollback, errors } = data;
  const { comparison, hasScores, tests, failures } = preview;
  const action = `${isRollback ? 'Go back to' : 'Activate'} ${model.label}`;
  return {
    title: action,
    action,
    model: { id: model.id, href: `/models/${model.id}`, label: model.label },
    activeLabel: active?.label ?? null,
    path: isRollback ? '/models/rollback' : `/models/${model.id}/activation`,
    isRollback,
    comparison: comparison && presentComparison(h, comparison),
    nothingToCompare: hasScores
      ? 'No customer scored so far has all the columns of this model, so there is nothing to compare. Stored scores do not change. Home and analytics show this model’s customers once it has scored some.'
      : 'No customers have been scored yet, so there is nothing to compare.',
    tests: tests.map(presentResult),
    // Going back is never held up by a test.
    failures: isRollback ? null : failures,
    failuresError: errors.find(({ field }) => field === 'despite')?.message ?? null,
    errors,
  };
}

function presentComparison(h: ViewHelpers, comparison: Comparison) {
  const { tried, total, refused, moves, changes, revenueAtRisk } = comparison;
  const changed = moves.filter(({ from, to }) => from !== to);
  const customers =
    tried < total
      ? `${h.count(tried)} customers, sampled evenly from ${h.count(total)}`
      : h.plural(tried, 'customer');
  return {
    customers,
    changed: h.count(changed.reduce((sum, move) => sum + move.customers, 0)),
    refused: refused === 0 ? null : `${h.count(refused)} cannot be scored by this model`,
    revenueNow: h.money(revenueAtRisk.now),
    revenueThen: h.money(revenueAtRisk.then),
    moves: moves.filter((move) => move.customers > 0).map((move) => presentMove(h, move)),
    changes: changes.map((change) => presentChange(h, change)),
    changesTitle: `Customers who would change level: the ${h.count(changes.length)} with the largest change in churn probability`,
  };
}

function presentMove(h: ViewHelpers, { from, to, customers, monthlyValue }: LevelMove) {
  return {
    from,
    to,
    isSame: from === to,
    customers: h.count(customers),
    monthlyRevenue: h.money(monthlyValue),
  };
}

function presentChange(h: ViewHelpers, { predictionId, customerId, from, to, now, then }: LevelChange) {
  return {
    href: `/customers/${predictionId}`,
    customer: customerId ?? `Score ${predictionId}`,
    from,
    to,
    now: h.percent(now),
    then: h.percent(then),
  };
}

const outcomes: Record<TestResult['outcome'], { readonly text: string; readonly tag: string }> = {
  passed: { text: 'Passed', tag: 'tag-low' },
  failed: { text: 'Failed', tag: 'tag-high' },
  'not applicable': { text: 'Not applicable', tag: '' },
};

function presentResult({ test, outcome, seen }: TestResult) {
  return { name: test.name, seen, ...outcomes[outcome] };
}
