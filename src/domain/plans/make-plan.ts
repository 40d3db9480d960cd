/**
 * Who gets which action, so that the expected net saving is greatest within the budget and the places of each channel
 * (ml/planning). The saving counts on the lower bound of each save rate.
 */
import { Conflict } from '../../errors.ts';
import { budgetCurve, planBudget } from '../../ml/planning/budget-plan.ts';
import type { BudgetPlan } from '../../ml/planning/budget-plan.ts';
import { NO_ACTION } from '../../ml/planning/problem.ts';
import type { PlanProblem } from '../../ml/planning/problem.ts';
import type { PlanMember } from '../../store/plan-members.ts';
import type { PlannedAction, PlanResult, PlanTerms } from '../../store/plan-documents.ts';
import type { NewPlan } from '../../store/plans.ts';
import type { ScoreStore } from '../../store/score-files/store.ts';
import { expectedSavingOf } from '../retention/expected-value.ts';
import { findPlanCustomers } from './plan-customers.ts';
import type { PlanCustomers } from './plan-customers.ts';
import { readActionsOf } from './plan-actions.ts';

export interface MadePlan {
  readonly result: PlanResult;
  /** Those who get an action, the greatest saving first. */
  readonly members: readonly PlanMember[];
}

type Action = Awaited<ReturnType<typeof readActionsOf>>[number];

/** @throws Conflict where there is nothing to choose from */
export async function makePlan(store: ScoreStore, { filter, terms }: NewPlan): Promise<MadePlan> {
  const actions = await readActionsOf(store.db, terms);
  const customers = await findPlanCustomers(
    store,
    filter,
    actions.map(({ rule }) => rule),
  );
  if (customers.customerIds.length === 0) throw nobody(customers.leftOut);
  const problem = problemOf(customers, actions, terms);
  const plan = planBudget(problem);
  const members = membersOf(customers, problem, plan);
  return { members, result: resultOf({ problem, plan, members, actions, leftOut: customers.leftOut }) };
}

function problemOf(
  { customerIds, probability, monthlyValue, actions: mayGet }: PlanCustomers,
  actions: readonly Action[],
  { budget, channels, ...worth }: PlanTerms,
): PlanProblem {
  const savings = new Float64Array(customerIds.length * actions.length).fill(NaN);
  actions.forEach(({ rule: { cost }, saveRate: { low } }, j) => {
    const terms = { saveRate: low, cost };
    for (let i = 0; i < probability.length; i++)
      if ((mayGet[i]! >> j) & 1)
        savings[i * actions.length + j] = expectedSavingOf(probability[i]!, terms, monthlyValue[i]!, worth);
  });
  return {
    customers: customerIds.length,
    actions: actions.length,
    savings,
    costs: Float64Array.from(actions, ({ rule }) => rule.cost),
    channelOf: Uint8Array.from(actions, ({ channel }) => channel),
    capacities: Float64Array.from(channels, ({ capacity }) => capacity ?? Infinity),
    budget,
  };
}

function membersOf(
  { customerIds, probability, monthlyValue, reason }: PlanCustomers,
  { savings, actions }: PlanProblem,
  { choice }: BudgetPlan,
): PlanMember[] {
  const members: PlanMember[] = [];
  choice.forEach((action, i) => {
    if (action === NO_ACTION) return;
    members.push({
      customerId: customerIds[i]!,
      action,
      probability: probability[i]!,
      monthlyValue: monthlyValue[i]!,
      expectedSaving: savings[i * actions + action]!,
      reason: reason[i]!,
    });
  });
  return members.sort((a, b) => b.expectedSaving - a.expectedSaving);
}

interface Solved {
  readonly problem: PlanProblem;
  readonly plan: BudgetPlan;
  readonly members: readonly PlanMember[];
  readonly actions: readonly Action[];
  readonly leftOut: PlanResult['leftOut'];
}

function resultOf({ problem, plan, members, actions, leftOut }: Solved): PlanResult {
  const planned = actions.map((action, j) =>
    plannedOf(
      action,
      members.filter((one) => one.action === j),
    ),
  );
  return {
    considered: problem.customers,
    leftOut,
    planned: members.length,
    spent: plan.cost,
    saving: plan.saving,
    expectedSaving: planned.reduce((sum, action) => sum + expectedOf(action), 0),
    bound: plan.bound,
    marginalValue: plan.prices.budget,
    actions: planned,
    channels: Array.from(plan.used, (used, channel) => ({
      used,
      marginalValue: plan.prices.channels[channel]!,
    })),
    curve: budgetCurve(problem),
  };
}

function plannedOf({ rule, saveRate, channel }: Action, own: readonly PlanMember[]): PlannedAction {
  return {
    ruleId: rule.id,
    action: rule.action,
    channel,
    cost: rule.cost,
    saveRate,
    customers: own.length,
    spent: own.length * rule.cost,
    saving: own.reduce((sum, { expectedSaving }) => sum + expectedSaving, 0),
  };
}

/** The saving by the expected save rate: what is saved before cost grows with the rate. */
function expectedOf({ saving, spent, saveRate: { low, mean } }: PlannedAction): number {
  return low > 0 ? ((saving + spent) * mean) / low - spent : saving;
}

function nobody({
  inOthers,
  heldOut,
  harmed,
  withoutValue,
  withoutAction,
  withoutId,
}: PlanResult['leftOut']): Conflict {
  if (withoutValue > 0 && withoutAction === 0)
    return new Conflict(
      'The monthly revenue of none of these customers is known, so that no saving can be planned. Choose the column with the monthly revenue in the dataset, and score again.',
    );
  if (withoutAction > 0)
    return new Conflict(
      'No chosen retention rule is for any of these customers. Choose other rules or customers.',
    );
  if (inOthers + heldOut + harmed + withoutId > 0)
    return new Conflict(
      'All customers that the filter finds are in campaigns that run, held out for the year, in groups that contact made leave, or without a customer ID. Choose others.',
    );
  return new Conflict('The filter finds no customers. Choose others.');
}
