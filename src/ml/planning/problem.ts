/** Which customer could get which action: what a budget plan chooses from. */

export interface PlanProblem {
  readonly customers: number;
  readonly actions: number;
  /** Expected net saving, after cost, in money; customers × actions, row-major. NaN: the customer may not get it. */
  readonly savings: Float64Array;
  /** Cost in money, at least 0: one for each action, or customers × actions, row-major. */
  readonly costs: Float64Array;
  /** Channel of each action, a place in `capacities`. */
  readonly channelOf: Uint8Array;
  /** Customers that each channel can take, at least 0; Infinity: no limit. */
  readonly capacities: Float64Array;
  /** In money, at least 0; Infinity: no limit. */
  readonly budget: number;
}

/** What a choice uses. */
export interface Use {
  /** Expected net saving. */
  readonly saving: number;
  readonly cost: number;
  /** Customers of each channel. */
  readonly used: Float64Array;
}

/** Of a customer who gets no action. */
export const NO_ACTION = -1;

/** Where the cost of customer i's action j is: `i · costStep + j`. */
export function costStep({ costs, actions, customers }: PlanProblem): number {
  return costs.length === actions && customers !== 1 ? 0 : actions;
}

/** Rounding of sums of money must not keep the last customer out of a budget. */
export function roomFor(limit: number): number {
  return limit + 1e-9 * (1 + Math.abs(limit === Infinity ? 0 : limit));
}

export function useOf(problem: PlanProblem, choice: Int32Array): Use {
  const step = costStep(problem);
  const used = new Float64Array(problem.capacities.length);
  let [saving, cost] = [0, 0];
  choice.forEach((j, i) => {
    if (j === NO_ACTION) return;
    saving += problem.savings[i * problem.actions + j]!;
    cost += problem.costs[i * step + j]!;
    used[problem.channelOf[j]!]!++;
  });
  return { saving, cost, used };
}

/** Some of the customers, with their share of budget and capacities. */
export function takeCustomers(problem: PlanProblem, rows: Int32Array): PlanProblem {
  const { actions, savings, costs, customers } = problem;
  const take = (values: Float64Array): Float64Array => {
    const taken = new Float64Array(rows.length * actions);
    rows.forEach((row, i) => {
      taken.set(values.subarray(row * actions, (row + 1) * actions), i * actions);
    });
    return taken;
  };
  const share = rows.length / customers;
  return {
    ...problem,
    customers: rows.length,
    savings: take(savings),
    costs: costStep(problem) === 0 ? costs : take(costs),
    capacities: problem.capacities.map((capacity) => capacity * share),
    budget: problem.budget * share,
  };
}

/** @throws RangeError on wrong lengths, and on costs, capacities or a budget below 0 */
export function checkProblem(problem: PlanProblem): void {
  const { customers, actions, savings, costs, channelOf, capacities, budget } = problem;
  const cells = customers * actions;
  if (savings.length !== cells)
    throw new RangeError(`savings must have ${cells} entries, found ${savings.length}`);
  if (costs.length !== actions && costs.length !== cells)
    throw new RangeError(`costs must have ${actions} or ${cells} entries, found ${costs.length}`);
  if (channelOf.length !== actions || channelOf.some((channel) => channel >= capacities.length))
    throw new RangeError(`each of ${actions} actions must have one of ${capacities.length} channels`);
  if (!costs.every((cost) => cost >= 0 && cost < Infinity))
    throw new RangeError('costs must be finite and not negative');
  if (savings.some((saving) => Math.abs(saving) === Infinity))
    throw new RangeError('savings must be finite, or NaN where a customer may not get an action');
  if (!capacities.every((capacity) => capacity >= 0) || !(budget >= 0))
    throw new RangeError('capacities and budget must not be negative');
}
