/** Reasons that raise risk, over all and by group, against those stored with each score. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { CustomerScore } from '../../src/domain/scoring/customer-record.ts';
import { getModel } from '../../src/store/models.ts';
import { activateSmallModel, customersCsv } from '../helpers/app.ts';
import { storeScores } from '../helpers/predictions.ts';
import { listScores } from '../helpers/scores.ts';
import { openSite } from '../helpers/site.ts';

const test = openSite('analyst');
const { pageOf, rowsOf, post } = test;
let scores: CustomerScore[];
beforeAll(async () => {
  const model = await getModel(test.context.db, await activateSmallModel(test));
  await test.scoreAtOnce(customersCsv(200, 9));
  await storeScores(test, model, 40);
  scores = await listScores(test);
});

interface Expected {
  readonly customers: number;
  readonly points: number;
  readonly loss: number;
}

/** Of the customers for whom the reason is stored and raises the probability. */
function expectedOf(feature: string, among: readonly CustomerScore[]): Expected {
  const raised = among.flatMap(({ probability, monthlyValue, reasons }) =>
    reasons
      .slice(0, 3)
      .filter((reason) => reason.feature === feature && reason.points > 0)
      .map(({ points }) => ({ points, loss: probability * (monthlyValue ?? 0) })),
  );
  const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
  return {
    customers: raised.length,
    points: sum(raised.map(({ points }) => points)) / raised.length,
    loss: sum(raised.map(({ loss }) => loss)),
  };
}

async function expectRows(path: string, group: string, among: readonly CustomerScore[]): Promise<void> {
  const rows = (await rowsOf(path)).filter((row) => row['group'] === group);
  expect(rows.length).toBeGreaterThan(1);
  for (const row of rows) {
    const { customers, points, loss } = expectedOf(row['reason']!, among);
    expect(Number(row['customers'])).toBe(customers);
    expect(Number(row['share'])).toBeCloseTo(customers / among.length, 9);
    expect(Number(row['mean_points'])).toBeCloseTo(points, 6);
    expect(Number(row['expected_monthly_loss'])).toBeCloseTo(loss, 4);
  }
}

describe('the reasons for risk', () => {
  it('are counted over files and single customers', async () => {
    await expectRows('/analytics/drivers.csv', '', scores);
    const page = await pageOf('/analytics/drivers');
    expect(page).toContain('What raises risk?');
    expect(page).toContain('Raises it by');
  });

  it('are counted within a filter', async () => {
    const high = scores.filter(({ riskLevel }) => riskLevel === 'high');
    await expectRows('/analytics/drivers.csv?risk=high', '', high);
  });

  it('can be compared by the values of a column, whose heads open their lists', async () => {
    const monthly = scores.filter(({ inputs }) => inputs['Contract'] === 'Month-to-month');
    await expectRows('/analytics/drivers.csv?by=Contract', 'Month-to-month', monthly);
    const page = await pageOf('/analytics/drivers?by=Contract&source=batch');
    expect(page).toContain('Reasons by: Contract');
    expect(page).toContain('href="/customers?source=batch&amp;column=Contract&amp;level=Month-to-month"');
    expect(await pageOf('/analytics/drivers?by=gone')).toContain('no two groups of at least five');
  });

  it('can be compared by segment', async () => {
    const filter = { column: 'Contract', level: 'Two year' };
    await post('/segments', { name: 'Long', ...filter }).expect(303);
    const long = scores.filter(({ inputs }) => inputs['Contract'] === 'Two year');
    await expectRows('/analytics/drivers.csv?by=segments%3A', 'Long', long);
    expect(await pageOf('/analytics/drivers?by=segments%3A')).toContain('Reasons by: segment');
  });

  it('have words for too few customers', async () => {
    expect(await pageOf('/analytics/drivers?search=nobody')).toContain('No reasons to show');
    expect(await rowsOf('/analytics/drivers.csv?search=nobody')).toEqual([]);
  });
});
