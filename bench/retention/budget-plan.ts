/**
 * How long a budget plan takes and how close it comes to its bound:
 *
 *   npx tsx bench/retention/budget-plan.ts [--customers 1000000]
 *
 * Ten generated actions in four channels, three of limited capacity, 30 % of the pairs not eligible, a budget of 3 a
 * customer; with and without the capacities. CPU seconds of one thread.
 */
import { parseArgs } from 'node:util';
import { createRandom } from '../../src/ml/math/random.ts';
import { budgetCurve, planBudget } from '../../src/ml/planning/budget-plan.ts';
import type { PlanProblem } from '../../src/ml/planning/problem.ts';

const { values } = parseArgs({ options: { customers: { type: 'string', default: '1000000' } } });
const problem = generate(Number(values.customers));
const unlimited = { ...problem, capacities: problem.capacities.map(() => Infinity) };
for (const [name, asked] of [
  ['with capacities', problem],
  ['without', unlimited],
] as const) {
  const [plan, seconds] = timed(() => planBudget(asked));
  console.log(
    `${name}: ${seconds.toFixed(2)} s, saving ${Math.round(plan.saving)}, at most ${(100 * (1 - plan.saving / plan.bound)).toFixed(4)} % below the best, ${((100 * plan.cost) / asked.budget).toFixed(3)} % of the budget`,
  );
}
const [curve, seconds] = timed(() => budgetCurve(problem));
console.log(`curve of ${curve.length} budgets: ${seconds.toFixed(2)} s`);

function generate(customers: number): PlanProblem {
  const random = createRandom(5);
  const rates = [0.22, 0.2, 0.12, 0.1, 0.07, 0.14, 0.03, 0.05, 0.25, 0.3];
  const costs = Float64Array.of(25, 60, 12, 15, 10, 40, 1, 5, 80, 120);
  const savings = new Float64Array(customers * 10);
  for (let i = 0; i < customers; i++) {
    const worth = (12 * (20 + 100 * random.next())) / (1 + Math.exp(1.2 - 1.3 * random.normal()));
    rates.forEach((rate, j) => {
      const saving = worth * rate * (0.7 + 0.6 * random.next()) - costs[j]!;
      savings[i * 10 + j] = random.next() < 0.3 ? NaN : saving;
    });
  }
  return {
    customers,
    actions: 10,
    savings,
    costs,
    channelOf: Uint8Array.of(0, 1, 0, 1, 2, 2, 3, 3, 0, 1),
    capacities: Float64Array.of(customers * 0.05, customers * 0.03, customers * 0.1, Infinity),
    budget: customers * 3,
  };
}

function timed<T>(work: () => T): [T, number] {
  const before = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(before);
  return [result, (user + system) / 1e6];
}
