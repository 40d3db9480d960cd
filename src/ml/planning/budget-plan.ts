/**
 * Who gets which action, so that the expected net saving is greatest within a budget and the capacity of each channel: a
 * multiple-choice knapsack (Kellerer, Pferschy and Pisinger 2004, 11) with several limits.
 *
 * Method: prices of money and places by Lagrangian relaxation (prices.ts), from a sample where there are many customers;
 * a plan from these prices (fill.ts); where few customers are left open, the best plan by search (search.ts). The
 * relaxation bounds what any plan could save, so the distance to the best plan is known.
 * Assumptions: a customer gets one action at most; savings are expected values that add up over customers.
 */
import { createRandom } from '../math/random.ts';
import { fillPlan } from './fill.ts';
import { demandAt, findPrices, type Prices } from './prices.ts';
import { checkProblem, takeCustomers, useOf, type PlanProblem, type Use } from './problem.ts';
import { searchPlan } from './search.ts';

export interface BudgetPlan extends Use {
  /** Action of each customer, or NO_ACTION. */
  readonly choice: Int32Array;
  /** No plan saves more than this. */
  readonly bound: number;
  /** No plan saves more than this one, up to rounding. */
  readonly isBest: boolean;
  readonly prices: Prices;
}

/** Prices are found on so many customers; their error then costs about two ten-thousandths of the saving. */
const sampledCustomers = 50_000;

/** @throws RangeError as checkProblem */
export function planBudget(problem: PlanProblem): BudgetPlan {
  checkProblem(problem);
  const prices = findPrices(sampleOf(problem, sampledCustomers));
  const { bound } = demandAt(problem, prices);
  const { choice, isBest } = searchPlan(problem, prices, fillPlan(problem, prices));
  return { choice, ...useOf(problem, choice), bound, isBest, prices };
}

export interface CurvePoint {
  readonly budget: number;
  /** Expected net saving: the bound, which plans of many customers come within a thousandth of. */
  readonly saving: number;
  /** Further saving for each further unit of budget. */
  readonly marginalValue: number;
}

const curveCustomers = 5_000;

/**
 * What other budgets would save, in equal steps up to the one above which nothing is gained; capacities stay as they are.
 * Of more than 5,000 customers the prices come from a sample, the savings from all of them.
 */
export function budgetCurve(problem: PlanProblem, points = 20): CurvePoint[] {
  checkProblem(problem);
  const sample = sampleOf({ ...problem, budget: Infinity }, curveCustomers);
  const share = problem.customers === 0 ? 1 : sample.customers / problem.customers;
  const enough = demandAt(sample, findPrices(sample)).cost / share;
  return Array.from({ length: points }, (_, k) => {
    const budget = (enough * (k + 1)) / points;
    const prices = findPrices({ ...sample, budget: budget * share });
    const saving = demandAt({ ...problem, budget }, prices).bound;
    return { budget, saving, marginalValue: prices.budget };
  });
}

/** One customer of each of so many equal parts; all of them where there are no more. */
function sampleOf(problem: PlanProblem, customers: number): PlanProblem {
  if (problem.customers <= customers) return problem;
  const random = createRandom(1);
  const rows = Int32Array.from({ length: customers }, (_, k) =>
    Math.floor(((k + random.next()) * problem.customers) / customers),
  );
  return takeCustomers(problem, rows);
}
