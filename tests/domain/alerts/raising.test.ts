import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inTransaction } from '../../../src/db.ts';
import { recordObservations } from '../../../src/domain/alerts/raising.ts';
import { listMessages } from '../../../src/store/alert-messages.ts';
import { insertReceiver } from '../../../src/store/alert-receivers.ts';
import { listOpenAlerts, listRaisedAlerts } from '../../../src/store/alerts.ts';
import type { Observation } from '../../../src/store/alerts.ts';
import { createTestApp, setUpOrganisation } from '../../helpers/app.ts';
import type { TestApp } from '../../helpers/app.ts';

let test: TestApp;
beforeEach(async () => {
  test = await createTestApp();
  await setUpOrganisation(test);
  const mail = { channel: 'email', address: 'ada@example.com', secret: null } as const;
  await insertReceiver(test.context.db, mail, 1);
});
afterEach(() => test.close());

const drift = (evidence: string, change: Partial<Observation> = {}): Observation => ({
  kind: 'drift',
  subject: 'model:1',
  evidence,
  severity: 'warning',
  money: 100,
  title: 'A file differs',
  detail: 'Changed: tenure.',
  href: '/batches/1/monitoring',
  ...change,
});
const check = (found: readonly Observation[], perWeek = 5): Promise<void> =>
  inTransaction(test.context.db, (trx) => recordObservations(trx, found, perWeek));
const raised = () => listRaisedAlerts(test.context.db, 10);
const messages = () => listMessages(test.context.db, 10);

describe('an alert', () => {
  it('is raised by the second check in a row that finds it, and sent once', async () => {
    await check([drift('batch:1')]);
    expect(await raised()).toEqual([]);
    await check([drift('batch:2', { title: 'Another file differs' })]);
    await check([drift('batch:3')]);
    expect(await raised()).toMatchObject([{ checks: 3, delivery: 'sent', endedAt: null }]);
    expect(await messages()).toMatchObject([{ content: { title: 'Another file differs' }, state: 'queued' }]);
  });

  it('is not confirmed by another look at the same file', async () => {
    await check([drift('batch:1')]);
    await check([drift('batch:1')]);
    expect(await raised()).toEqual([]);
  });

  it('is forgotten where the next check does not find it', async () => {
    await check([drift('batch:1')]);
    await check([]);
    await check([drift('batch:3')]);
    expect(await raised()).toEqual([]);
    expect(await listOpenAlerts(test.context.db)).toMatchObject([{ checks: 1 }]);
  });

  it('is raised at once where it is severe', async () => {
    await check([drift('batch:1', { severity: 'severe' })]);
    expect(await raised()).toMatchObject([{ checks: 1, delivery: 'sent' }]);
  });

  it('ends with the check that does not find it, and comes back as another one', async () => {
    await check([drift('batch:1', { severity: 'severe' })]);
    await check([]);
    expect((await raised())[0]?.endedAt).not.toBeNull();
    await check([drift('batch:3', { severity: 'severe' })]);
    expect(await raised()).toHaveLength(2);
  });
});

describe('the budget of seven days', () => {
  const three = [10, 30, 20].map((money, i) =>
    drift('batch:1', { severity: 'severe', money, subject: `model:${i}` }),
  );
  const deliveries = async () =>
    Object.fromEntries<string | null>((await raised()).map(({ money, delivery }) => [money ?? 0, delivery]));

  it('goes to the alerts with most money; the others are listed', async () => {
    await check(three, 2);
    expect(await deliveries()).toEqual({ 30: 'sent', 20: 'sent', 10: 'over-budget' });
    expect(await messages()).toHaveLength(2);
  });

  it('counts what was sent in the last seven days', async () => {
    await check(three.slice(0, 2), 2);
    await check(three, 2);
    expect(await deliveries()).toEqual({ 10: 'sent', 30: 'sent', 20: 'over-budget' });
    await test.context.db('alerts').update({ raised_at: '2020-01-01T00:00:00.000Z' });
    await check([...three, drift('x', { severity: 'severe', money: 1, subject: 'new' })], 2);
    expect(await deliveries()).toMatchObject({ 1: 'sent' });
  });

  it('is not used while nobody is told', async () => {
    await test.context.db('alert_receivers').delete();
    await check(three, 2);
    expect(await deliveries()).toEqual({ 30: 'no-receiver', 20: 'no-receiver', 10: 'no-receiver' });
  });
});
