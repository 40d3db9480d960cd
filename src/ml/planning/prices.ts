/**
 * Prices of a unit of budget and of a place in each channel, at which customers ask for no more than there is.
 *
 * Method: Lagrangian relaxation (Fisher 1981). At prices λ of money and μ of channels, customer i takes the action with
 * the largest vᵢⱼ − λ cᵢⱼ − μ of its channel, or none; that is always one on the customer's convex hull of cost and saving.
 *   L(λ, μ) = Σᵢ max(0, maxⱼ (vᵢⱼ − λ cᵢⱼ − μ)) + λ · budget + Σ μ · capacity
 * is at least the saving of any plan, and convex. λ is found by bisection, as spending falls with it. For each λ the
 * channels' prices rise from 0, one after the other, to where their own demand fits: customers ask for one action at most,
 * so that a higher price of one channel only ever raises demand for others, and the lowest prices that clear all of them
 * are approached from below (an ascending auction, Demange, Gale and Sotomayor 1986).
 */
import { costStep, roomFor, type PlanProblem, type Use } from './problem.ts';
import { NO_ACTION } from './problem.ts';

export interface Prices {
  /** Saving that one more unit of budget brings, at least 0. */
  readonly budget: number;
  /** Saving that one more place in each channel brings, at least 0. */
  readonly channels: Float64Array;
}

export interface Demand extends Use {
  /** No plan saves more. */
  readonly bound: number;
}

/** What customers ask for. `choice` gets each one's action; `margin` how much better it is than none at these prices. */
export function demandAt(
  problem: PlanProblem,
  prices: Prices,
  choice = new Int32Array(problem.customers),
  margin = new Float64Array(problem.customers),
): Demand {
  const { customers, actions, savings, costs, channelOf, capacities } = problem;
  const step = costStep(problem);
  const places = Float64Array.from(channelOf, (channel) => prices.channels[channel]!);
  const used = new Float64Array(capacities.length);
  let [saving, cost, total] = [0, 0, 0];
  for (let i = 0; i < customers; i++) {
    let best = 0;
    let chosen = NO_ACTION;
    for (let j = 0; j < actions; j++) {
      // NaN is above nothing.
      const worth = savings[i * actions + j]! - prices.budget * costs[i * step + j]! - places[j]!;
      if (worth > best) {
        best = worth;
        chosen = j;
      }
    }
    choice[i] = chosen;
    margin[i] = best;
    if (chosen === NO_ACTION) continue;
    total += best;
    saving += savings[i * actions + chosen]!;
    cost += costs[i * step + chosen]!;
    used[channelOf[chosen]!]!++;
  }
  // A limit that is infinite has the price 0.
  const paid = (price: number, limit: number): number => (price === 0 ? 0 : price * limit);
  const bound = capacities.reduce(
    (sum, capacity, channel) => sum + paid(prices.channels[channel]!, capacity),
    total + paid(prices.budget, problem.budget),
  );
  return { saving, cost, used, bound };
}

const bisections = 45;

/** The lowest prices at which demand fits the budget and the capacities, up to customers who are alike. */
export function findPrices(problem: PlanProblem): Prices {
  const clear = createClearing(problem);
  const free = clear(0);
  if (free.cost <= roomFor(problem.budget)) return free.prices;
  let low = 0;
  let high = highestPrice(problem);
  let found = clear(high).prices;
  for (let round = 0; round < bisections && high - low > 1e-12 * high; round++) {
    const middle = (low + high) / 2;
    const { cost, prices } = clear(middle);
    if (cost > problem.budget) low = middle;
    else [high, found] = [middle, prices];
  }
  return found;
}

/** Above it nobody asks for anything that costs something. */
function highestPrice(problem: PlanProblem): number {
  const { actions, savings, costs } = problem;
  const step = costStep(problem);
  let highest = 0;
  for (let k = 0; k < savings.length; k++) {
    const cost = costs[step === 0 ? k % actions : k]!;
    if (cost > 0 && savings[k]! > highest * cost) highest = savings[k]! / cost;
  }
  return highest;
}

const mostCycles = 60;
/** A customer to whom two full channels are alike may be left over in one of them; filling the plan settles that. */
const leastRise = 1e-9;

/** Prices of channels for a price of money, and what is spent then. */
function createClearing(problem: PlanProblem): (budgetPrice: number) => { cost: number; prices: Prices } {
  const { customers, capacities } = problem;
  const limited = Array.from(capacities.keys()).filter((channel) => capacities[channel]! < customers);
  const best = new Float64Array(customers * capacities.length);
  return (budgetPrice) => {
    const channels = new Float64Array(capacities.length);
    if (limited.length > 0) bestByChannel(problem, budgetPrice, best);
    for (let cycle = 0, isCleared = false; !isCleared && cycle < mostCycles; cycle++) {
      isCleared = true;
      for (const channel of limited) {
        const price = clearingPrice(best, channels, channel, capacities[channel]!);
        isCleared &&= price <= channels[channel]! * (1 + leastRise);
        channels[channel] = price;
      }
    }
    const prices = { budget: budgetPrice, channels };
    return { cost: demandAt(problem, prices).cost, prices };
  };
}

/** The most that each customer's actions of a channel are worth, before the channel's price; −Infinity: there is none. */
function bestByChannel(problem: PlanProblem, budgetPrice: number, best: Float64Array): void {
  const { customers, actions, savings, costs, channelOf, capacities } = problem;
  const step = costStep(problem);
  const width = capacities.length;
  best.fill(-Infinity);
  for (let i = 0; i < customers; i++)
    for (let j = 0; j < actions; j++) {
      const worth = savings[i * actions + j]! - budgetPrice * costs[i * step + j]!;
      const place = i * width + channelOf[j]!;
      if (worth > best[place]!) best[place] = worth;
    }
}

/** The least price of a channel, from its present one on, at which no more ask for it than it can take. */
function clearingPrice(best: Float64Array, prices: Float64Array, channel: number, capacity: number): number {
  const width = prices.length;
  const asking = new Float64Array(best.length / width);
  let count = 0;
  for (let i = 0; i < best.length; i += width) {
    let other = 0;
    for (let c = 0; c < width; c++)
      if (c !== channel && best[i + c]! - prices[c]! > other) other = best[i + c]! - prices[c]!;
    // Above this price the customer takes something else, or nothing.
    const most = best[i + channel]! - other;
    if (most > prices[channel]!) asking[count++] = most;
  }
  const places = Math.floor(roomFor(capacity));
  return count <= places ? prices[channel]! : asking.subarray(0, count).sort()[count - 1 - places]!;
}
