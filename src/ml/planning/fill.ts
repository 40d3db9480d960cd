/**
 * A plan that keeps to budget and capacities, from prices at which demand about fits. Customers get what they ask for, those
 * for whom it matters most first. What is left is then given out, in order of the least loss at these prices.
 */
import { costStep, NO_ACTION, roomFor, type PlanProblem } from './problem.ts';
import { demandAt, type Prices } from './prices.ts';

/** What is still free. */
interface Room {
  budget: number;
  readonly channels: Float64Array;
}

const mostRounds = 4;

/** The action of each customer, or NO_ACTION. */
export function fillPlan(problem: PlanProblem, prices: Prices): Int32Array {
  const choice = new Int32Array(problem.customers);
  const margin = new Float64Array(problem.customers);
  const demand = demandAt(problem, prices, choice, margin);
  const room: Room = { budget: roomFor(problem.budget), channels: problem.capacities.map(roomFor) };
  const fits =
    demand.cost <= room.budget && demand.used.every((used, channel) => used <= room.channels[channel]!);
  const order = fits
    ? null
    : rankFalling(gainPerPrice(problem, prices, choice, margin), rowsAbove(margin, 0));
  takeAsAsked(problem, choice, order, room);
  for (let round = 0; round < mostRounds; round++) if (giveOut(problem, prices, choice, room) === 0) break;
  return choice;
}

/** What each customer's choice gains for each unit of what it uses, at these prices. */
function gainPerPrice(
  problem: PlanProblem,
  prices: Prices,
  choice: Int32Array,
  margin: Float64Array,
): Float64Array {
  const step = costStep(problem);
  return margin.map((gain, i) => {
    const j = choice[i]!;
    if (j === NO_ACTION) return 0;
    const price = prices.budget * problem.costs[i * step + j]! + prices.channels[problem.channelOf[j]!]!;
    return gain / Math.max(price, 1e-300);
  });
}

/** `order` null: all fit. Whoever does not fit gets nothing for now. */
function takeAsAsked(problem: PlanProblem, choice: Int32Array, order: Int32Array | null, room: Room): void {
  const { costs, channelOf } = problem;
  const step = costStep(problem);
  const count = order?.length ?? choice.length;
  for (let place = 0; place < count; place++) {
    const i = order === null ? place : order[place]!;
    const j = choice[i]!;
    if (j === NO_ACTION) continue;
    const cost = costs[i * step + j]!;
    const channel = channelOf[j]!;
    if (cost > room.budget || room.channels[channel]! < 1) {
      choice[i] = NO_ACTION;
      continue;
    }
    room.budget -= cost;
    room.channels[channel]!--;
  }
}

/** Changes customers to actions that save more and fit; returns how many. */
function giveOut(problem: PlanProblem, prices: Prices, choice: Int32Array, room: Room): number {
  const better = new Int32Array(problem.customers);
  const gain = new Float64Array(problem.customers).fill(-Infinity);
  findBetter(problem, prices, { choice, room }, { better, gain });
  let changed = 0;
  for (const i of rankFalling(gain, rowsAbove(gain, -Infinity)))
    if (change(problem, choice, i, better[i]!, room)) changed++;
  return changed;
}

/** For each customer the action that saves more, fits, and gains most (or loses least) at these prices. */
function findBetter(
  problem: PlanProblem,
  prices: Prices,
  { choice, room }: { readonly choice: Int32Array; readonly room: Room },
  { better, gain }: { readonly better: Int32Array; readonly gain: Float64Array },
): void {
  const { customers, actions, savings, costs, channelOf } = problem;
  const step = costStep(problem);
  for (let i = 0; i < customers; i++) {
    const now = choice[i]!;
    const saving = now === NO_ACTION ? 0 : savings[i * actions + now]!;
    const cost = now === NO_ACTION ? 0 : costs[i * step + now]!;
    const channel = now === NO_ACTION ? -1 : channelOf[now]!;
    const price = now === NO_ACTION ? 0 : prices.channels[channel]!;
    for (let j = 0; j < actions; j++) {
      if (!(savings[i * actions + j]! > saving)) continue;
      const more = costs[i * step + j]! - cost;
      if (more > room.budget || (channelOf[j] !== channel && room.channels[channelOf[j]!]! < 1)) continue;
      const worth =
        savings[i * actions + j]! - saving - prices.budget * more - prices.channels[channelOf[j]!]! + price;
      if (worth <= gain[i]!) continue;
      gain[i] = worth;
      better[i] = j;
    }
  }
}

function change(problem: PlanProblem, choice: Int32Array, i: number, to: number, room: Room): boolean {
  const { costs, channelOf } = problem;
  const step = costStep(problem);
  const now = choice[i]!;
  const more = costs[i * step + to]! - (now === NO_ACTION ? 0 : costs[i * step + now]!);
  const isSameChannel = now !== NO_ACTION && channelOf[now] === channelOf[to];
  if (more > room.budget || (!isSameChannel && room.channels[channelOf[to]!]! < 1)) return false;
  room.budget -= more;
  if (now !== NO_ACTION) room.channels[channelOf[now]!]!++;
  room.channels[channelOf[to]!]!--;
  choice[i] = to;
  return true;
}

function rowsAbove(values: Float64Array, least: number): Int32Array {
  const rows = new Int32Array(values.length);
  let count = 0;
  for (let i = 0; i < values.length; i++) if (values[i]! > least) rows[count++] = i;
  return rows.subarray(0, count);
}

function rankFalling(values: Float64Array, rows: Int32Array): Int32Array {
  return rows.sort((a, b) => values[b]! - values[a]! || a - b);
}
