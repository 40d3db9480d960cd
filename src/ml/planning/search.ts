/**
 * Improves a plan to the best one, where few customers are left open. At prices λ and μ a customer's regret of an action is
 * how much less it is worth than the best one; a plan saves the bound less all regrets and the price of whatever is not
 * used. So an action whose regret exceeds the gap between bound and plan is in no better plan, and most customers
 * have one action left. The others are searched through, depth first (branch and bound, Land and Doig 1960).
 */
import { costStep, NO_ACTION, roomFor, useOf, type PlanProblem } from './problem.ts';
import { demandAt, type Prices } from './prices.ts';

interface Option {
  readonly action: number;
  readonly saving: number;
  readonly cost: number;
  /** −1: none. */
  readonly channel: number;
  readonly regret: number;
}

/** A customer with more than one action left, the least regret first. */
interface Open {
  readonly customer: number;
  readonly options: readonly Option[];
}

export interface SearchResult {
  readonly choice: Int32Array;
  /** No plan is better; otherwise the search was given up. */
  readonly isBest: boolean;
}

const mostOpen = 400;
const mostSteps = 300_000;

export function searchPlan(problem: PlanProblem, prices: Prices, plan: Int32Array): SearchResult {
  const margin = new Float64Array(problem.customers);
  const fixed = new Int32Array(problem.customers);
  const { bound } = demandAt(problem, prices, fixed, margin);
  const gap = bound - useOf(problem, plan).saving;
  const isClose = (value: number): boolean => value <= 1e-9 * (1 + Math.abs(bound));
  if (isClose(gap)) return { choice: plan, isBest: true };
  const open = findOpen(problem, prices, margin, gap);
  if (open === null) return { choice: plan, isBest: false };
  for (const { customer } of open) fixed[customer] = NO_ACTION;
  return searchOpen({ problem, prices, gap }, open, fixed, plan);
}

/** Null: there are too many. */
function findOpen(problem: PlanProblem, prices: Prices, margin: Float64Array, gap: number): Open[] | null {
  const open: Open[] = [];
  for (let customer = 0; customer < problem.customers; customer++) {
    const options = optionsOf(problem, prices, customer, margin[customer]!).filter(
      ({ regret }) => regret <= gap,
    );
    if (options.length > 1) open.push({ customer, options: options.sort((a, b) => a.regret - b.regret) });
    if (open.length > mostOpen) return null;
  }
  // Where the second choice costs much, a wrong turn is noticed early.
  return open.sort((a, b) => b.options[1]!.regret - a.options[1]!.regret);
}

function optionsOf(problem: PlanProblem, prices: Prices, customer: number, best: number): Option[] {
  const { actions, savings, costs, channelOf } = problem;
  const step = costStep(problem);
  const options: Option[] = [{ action: NO_ACTION, saving: 0, cost: 0, channel: -1, regret: best }];
  for (let action = 0; action < actions; action++) {
    const saving = savings[customer * actions + action]!;
    if (!(saving > 0)) continue;
    const cost = costs[customer * step + action]!;
    const channel = channelOf[action]!;
    const worth = saving - prices.budget * cost - prices.channels[channel]!;
    options.push({ action, saving, cost, channel, regret: best - worth });
  }
  return options;
}

interface Search {
  readonly problem: PlanProblem;
  readonly prices: Prices;
  readonly gap: number;
}

function searchOpen(
  { problem, prices, gap }: Search,
  open: readonly Open[],
  fixed: Int32Array,
  plan: Int32Array,
): SearchResult {
  const taken = useOf(problem, fixed);
  const channels = problem.capacities.map((capacity, c) => roomFor(capacity) - taken.used[c]!);
  const mostLeft = suffixSums(open.map(({ options }) => Math.max(...options.map(({ cost }) => cost))));
  const path = new Int32Array(open.length);
  const best = { loss: gap, path: new Int32Array(0) };
  let steps = 0;
  /** `loss`: regrets so far. */
  const visit = (depth: number, loss: number, budget: number): void => {
    if (++steps > mostSteps) return;
    const unused = prices.budget === 0 ? 0 : prices.budget * Math.max(0, budget - mostLeft[depth]!);
    if (loss + unused >= best.loss) return;
    if (depth === open.length) {
      // All customers are decided: what is lost is the regrets and the price of what is not used.
      const idle = prices.channels.reduce(
        (sum, price, c) => sum + (price === 0 ? 0 : price * channels[c]!),
        0,
      );
      if (loss + unused + idle < best.loss - 1e-12)
        Object.assign(best, { loss: loss + unused + idle, path: path.slice() });
      return;
    }
    open[depth]!.options.forEach(({ cost, channel, regret }, k) => {
      if (cost > budget || (channel >= 0 && channels[channel]! < 1)) return;
      path[depth] = k;
      if (channel >= 0) channels[channel]!--;
      visit(depth + 1, loss + regret, budget - cost);
      if (channel >= 0) channels[channel]!++;
    });
  };
  visit(0, 0, roomFor(problem.budget) - taken.cost);
  const choice = best.loss < gap ? applyPath(fixed, open, best.path) : plan;
  return { choice, isBest: steps <= mostSteps };
}

function applyPath(fixed: Int32Array, open: readonly Open[], path: Int32Array): Int32Array {
  const choice = fixed.slice();
  open.forEach(({ customer, options }, depth) => (choice[customer] = options[path[depth]!]!.action));
  return choice;
}

/** Entry k is the sum from k on. */
function suffixSums(values: readonly number[]): Float64Array {
  const sums = new Float64Array(values.length + 1);
  for (let k = values.length - 1; k >= 0; k--) sums[k] = sums[k + 1]! + values[k]!;
  return sums;
}
