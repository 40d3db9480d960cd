/** Against exhaustive search and dynamic programming, which are exact and slow. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/ml/math/random.ts';
import { budgetCurve, planBudget } from '../../../src/ml/planning/budget-plan.ts';
import { NO_ACTION, useOf } from '../../../src/ml/planning/problem.ts';
import type { PlanProblem } from '../../../src/ml/planning/problem.ts';

const cell = fc.oneof({ weight: 5, arbitrary: fc.integer({ min: -4, max: 20 }) }, fc.constant(NaN));
const smallProblems: fc.Arbitrary<PlanProblem> = fc
  .record({ customers: fc.integer({ min: 1, max: 5 }), actions: fc.integer({ min: 1, max: 4 }) })
  .chain(({ customers, actions }) => {
    const cells = customers * actions;
    const costs = fc.integer({ min: 0, max: 9 });
    return fc.record({
      customers: fc.constant(customers),
      actions: fc.constant(actions),
      savings: fc.array(cell, { minLength: cells, maxLength: cells }).map((all) => Float64Array.from(all)),
      costs: fc
        .oneof(
          fc.array(costs, { minLength: actions, maxLength: actions }),
          fc.array(costs, { minLength: cells, maxLength: cells }),
        )
        .map((all) => Float64Array.from(all)),
      channelOf: fc
        .array(fc.nat(1), { minLength: actions, maxLength: actions })
        .map((all) => Uint8Array.from(all)),
      capacities: fc
        .tuple(fc.nat(4), fc.oneof(fc.nat(3), fc.constant(Infinity)))
        .map((all) => Float64Array.from(all)),
      budget: fc.oneof(fc.nat(30), fc.constant(Infinity)),
    });
  });

const fits = (problem: PlanProblem, choice: Int32Array): boolean => {
  const { cost, used } = useOf(problem, choice);
  return cost <= problem.budget + 1e-6 && used.every((count, c) => count <= problem.capacities[c]!);
};

/** The most that any plan saves, by trying them all. */
function mostOfAll(problem: PlanProblem): number {
  const choice = new Int32Array(problem.customers).fill(NO_ACTION);
  let most = 0;
  const visit = (i: number): void => {
    if (i === problem.customers) {
      const { saving } = useOf(problem, choice);
      if (saving > most && fits(problem, choice)) most = saving;
      return;
    }
    for (let j = NO_ACTION; j < problem.actions; j++) {
      if (j !== NO_ACTION && Number.isNaN(problem.savings[i * problem.actions + j]!)) continue;
      choice[i] = j;
      visit(i + 1);
    }
  };
  visit(0);
  return most;
}

/** The most that a budget in whole numbers saves, without capacities. */
function mostByDynamicProgramming({ customers, actions, savings, costs, budget }: PlanProblem): number {
  let most = new Float64Array(budget + 1);
  for (let i = 0; i < customers; i++) {
    const next = most.slice();
    for (let j = 0; j < actions; j++)
      for (let spent = costs[j]!; spent <= budget; spent++)
        next[spent] = Math.max(next[spent]!, most[spent - costs[j]!]! + savings[i * actions + j]!);
    most = next;
  }
  return most[budget]!;
}

/** Customers with ten actions in three channels of limited capacity and one without a limit. */
function telecom(customers: number, budget: number, seed: number): PlanProblem {
  const random = createRandom(seed);
  const rates = [0.22, 0.2, 0.12, 0.1, 0.07, 0.14, 0.03, 0.05, 0.25, 0.3];
  const costs = Float64Array.of(25, 60, 12, 15, 10, 40, 1, 5, 80, 120);
  const savings = new Float64Array(customers * 10);
  for (let i = 0; i < customers; i++) {
    const worth = (1200 * random.next()) / (1 + Math.exp(1.2 - 1.3 * random.normal()));
    rates.forEach((rate, j) => {
      savings[i * 10 + j] =
        random.next() < 0.3 ? NaN : worth * rate * (0.7 + 0.6 * random.next()) - costs[j]!;
    });
  }
  return {
    customers,
    actions: 10,
    savings,
    costs,
    channelOf: Uint8Array.of(0, 1, 0, 1, 2, 2, 3, 3, 0, 1),
    capacities: Float64Array.of(customers * 0.05, customers * 0.03, customers * 0.1, Infinity),
    budget,
  };
}

describe('the plan for a budget', () => {
  it('is the best of all plans on small cases', () => {
    fc.assert(
      fc.property(smallProblems, (problem) => {
        const plan = planBudget(problem);
        expect(plan.saving).toBeCloseTo(mostOfAll(problem), 9);
        expect(plan.isBest).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it.each([1, 2, 3, 4, 5])('of 40 customers is the best by dynamic programming (%i)', (seed) => {
    const problem = {
      ...telecom(40, 300, seed),
      capacities: new Float64Array(4).fill(Infinity),
    };
    const savings = problem.savings.map((saving) => (Number.isNaN(saving) ? -1 : saving));
    const plan = planBudget(problem);
    expect(plan.isBest).toBe(true);
    expect(plan.saving).toBeCloseTo(mostByDynamicProgramming({ ...problem, savings }), 9);
  });

  it('keeps to budget, capacities and eligibility, and below its bound', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 }), fc.nat(2_000), fc.nat(), (customers, budget, seed) => {
        const problem = telecom(customers, budget, seed);
        const { choice, saving, bound } = planBudget(problem);
        expect(fits(problem, choice)).toBe(true);
        choice.forEach((j, i) => {
          if (j !== NO_ACTION) expect(problem.savings[i * 10 + j]).toBeGreaterThan(0);
        });
        expect(saving).toBeLessThanOrEqual(bound + 1e-6);
      }),
      { numRuns: 40 },
    );
  });

  it.each([true, false])('of 60,000 customers saves all but a thousandth (capacities: %s)', (isLimited) => {
    const problem = telecom(60_000, 180_000, 8);
    const plan = planBudget(
      isLimited ? problem : { ...problem, capacities: new Float64Array(4).fill(Infinity) },
    );
    expect(plan.saving / plan.bound).toBeGreaterThan(0.999);
    expect(plan.cost / 180_000).toBeGreaterThan(0.999);
  });

  it('of customers who are all alike goes to as many as it pays for', () => {
    const alike = {
      customers: 1_000,
      actions: 2,
      savings: new Float64Array(2_000).map((_, k) => (k % 2 === 0 ? 9 : 12)),
      costs: Float64Array.of(3, 5),
      channelOf: Uint8Array.of(0, 1),
      capacities: Float64Array.of(Infinity, 100),
      budget: 1_000,
    };
    expect(planBudget(alike)).toMatchObject({ saving: 333 * 9, cost: 999 });
    expect(planBudget({ ...alike, budget: Infinity })).toMatchObject({ saving: 900 * 9 + 100 * 12 });
  });

  it('of nothing is nothing', () => {
    const none = { ...telecom(10, 0, 1), budget: 0 };
    expect(planBudget(none)).toMatchObject({ saving: 0, cost: 0, isBest: true });
    const nobody = telecom(0, 50, 1);
    expect(planBudget(nobody)).toMatchObject({ saving: 0, cost: 0, bound: 0 });
  });

  it.each([
    [{ savings: new Float64Array(3) }, 'savings must have 20 entries, found 3'],
    [{ savings: new Float64Array(20).fill(Infinity) }, 'savings must be finite, or NaN'],
    [{ costs: Float64Array.of(1) }, 'costs must have 10 or 20 entries, found 1'],
    [{ costs: new Float64Array(10).fill(-1) }, 'costs must be finite and not negative'],
    [{ channelOf: new Uint8Array(10).fill(9) }, 'each of 10 actions must have one of 4 channels'],
    [{ budget: -1 }, 'capacities and budget must not be negative'],
    [{ capacities: new Float64Array(4).fill(NaN) }, 'capacities and budget must not be negative'],
  ])('is refused with %o', (change, message) => {
    expect(() => planBudget({ ...telecom(2, 5, 1), ...change })).toThrow(message);
  });
});

describe('the curve of budgets', () => {
  const problem = telecom(2_000, 0, 4);
  const curve = budgetCurve(problem, 12);

  it('rises ever more slowly, up to where nothing more is gained', () => {
    curve.slice(1).forEach((point, k) => {
      expect(point.budget - curve[k]!.budget).toBeCloseTo(curve[0]!.budget, 6);
      expect(point.saving).toBeGreaterThan(curve[k]!.saving);
      expect(point.marginalValue).toBeLessThan(curve[k]!.marginalValue);
    });
    expect(curve.at(-1)!.marginalValue).toBe(0);
  });

  it('is what the plans for its budgets save', () => {
    for (const { budget, saving } of curve) {
      const plan = planBudget({ ...problem, budget });
      expect(plan.saving).toBeLessThanOrEqual(saving);
      expect(plan.saving / saving).toBeGreaterThan(0.998);
    }
  });

  it('has as its marginal value what one more unit of budget brings', () => {
    const [a, b] = [curve[4]!, curve[5]!];
    const slope = (b.saving - a.saving) / (b.budget - a.budget);
    expect(slope).toBeLessThanOrEqual(a.marginalValue);
    expect(slope).toBeGreaterThanOrEqual(b.marginalValue);
  });

  it('of more customers comes from a sample of them', () => {
    const many = telecom(20_000, 0, 4);
    const { budget, saving } = budgetCurve(many, 4)[1]!;
    expect(planBudget({ ...many, budget }).saving / saving).toBeGreaterThan(0.997);
  });

  it('of nobody is empty of savings', () => {
    expect(budgetCurve(telecom(0, 0, 1), 1)).toEqual([{ budget: 0, saving: 0, marginalValue: 0 }]);
  });
});
