/** From a scored file to an alert on the page, the answer of people, and the settings. */
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { checkAlertsLater, checkAlertsWhenDue } from '../../src/domain/alerts/due.ts';
import { listReceivers } from '../../src/store/alert-receivers.ts';
import { listOpenAlerts } from '../../src/store/alerts.ts';
import { getSettings } from '../../src/store/settings.ts';
import { activateSmallModel, customersCsv, signIn } from '../helpers/app.ts';
import { openSite } from '../helpers/site.ts';
import { runJobs } from '../helpers/work.ts';

const day = 86_400_000;
const test = openSite('admin', {
  SECRETS_KEY: 'the-key-of-the-tests-long-enough-for-one',
  SMTP_URL: 'smtp://127.0.0.1:1',
  WEBHOOK_HOSTS: '127.0.0.1',
});
const { post, pageOf, scoreAtOnce } = test;
const kinds = async () => (await listOpenAlerts(test.context.db)).map(({ kind }) => kind);

async function check(): Promise<void> {
  await checkAlertsLater(test.context.db);
  await runJobs(test.context);
}
/** What people are told of the age of model and data. */
const raisedAges = async () =>
  (await listOpenAlerts(test.context.db))
    .filter(({ kind, raisedAt }) => kind.endsWith('-age') && raisedAt !== null)
    .map(({ title }) => title);
/** What was found today was found yesterday. */
const nextDay = () =>
  test.context.db('alerts').where('evidence', 'like', 'day:%').update({ evidence: 'day:2020-01-01' });

beforeAll(async () => {
  await activateSmallModel(test);
  await scoreAtOnce(customersCsv(100, 1));
});

describe('checks', () => {
  beforeEach(async () => {
    await test.context.db('alerts').delete();
  });

  it('find nothing after the first file', async () => {
    await check();
    expect(await kinds()).toEqual([]);
  });

  it('raise alerts right after a file with which the expected loss has doubled', async () => {
    await scoreAtOnce(customersCsv(300, 2));
    const [alert] = (await listOpenAlerts(test.context.db)).filter(({ kind }) => kind === 'expected-loss');
    expect(alert).toMatchObject({ severity: 'severe', delivery: 'no-receiver' });
    expect(alert!.title).toMatch(/^Expected monthly loss is up \d+ %$/);
    expect(await kinds()).toContain('high-risk');
    expect(await pageOf('/alerts')).toContain(alert!.title);
    expect(await pageOf('/')).toMatch(/<a href="\/alerts">\d alerts are open<\/a>/);
  });

  it('find a model and data that are too old, on two days', async () => {
    const old = new Date(Date.now() - 200 * day).toISOString();
    await test.context.db('models').update({ created_at: old });
    await test.context.db('batches').update({ finished_at: old });
    await check();
    expect(await raisedAges()).toEqual([]);
    await nextDay();
    await check();
    expect(await raisedAges()).toEqual([
      'The active model is 200 days old',
      'No file has been scored for 200 days',
    ]);
  });

  it('can be turned off', async () => {
    const off = { perWeek: '5', lossUpBy: '', highRiskUpBy: '', modelDays: '', dataDays: '' };
    await post('/settings/alerts', off).expect(303);
    await check();
    expect(await kinds()).toEqual([]);
  });

  it('run by themselves six hours after the last one', async () => {
    const { db } = test.context;
    const last = async () => (await getSettings(db)).alertsCheckedAt;
    const before = await last();
    await checkAlertsWhenDue(db);
    expect(await last()).toBe(before);
    await db('settings')
      .where({ key: 'alertsCheckedAt' })
      .update({ value: JSON.stringify(new Date(Date.now() - day / 4).toISOString()) });
    await Promise.all([checkAlertsWhenDue(db), checkAlertsWhenDue(db)]);
    expect(await db('jobs').where({ kind: 'check-alerts', state: 'queued' })).toHaveLength(1);
    await runJobs(test.context);
  });
});

describe('the page', () => {
  it('counts how many alerts were useful', async () => {
    const { db } = test.context;
    const alert = {
      ...{ kind: 'drift', evidence: 'batch:1', checks: 2, severity: 'warning', money: 120 },
      ...{ title: 'A file differs', detail: 'Changed: tenure.', href: '/batches/1/monitoring' },
      ...{ created_at: '2026-11-20T08:00:00.000Z', raised_at: '2026-11-21T08:00:00.000Z', delivery: 'sent' },
    };
    await db('alerts').delete();
    await db('alerts').insert([1, 2, 3].map((id) => ({ id, subject: `model:${id}`, ...alert })));
    expect(await pageOf('/alerts')).toContain('Nobody has said yet');
    await post('/alerts/1/usefulness', { useful: 'yes' }).expect(303);
    await post('/alerts/2/usefulness', { useful: 'no' }).expect(303);
    expect(await pageOf('/alerts')).toContain('1 of 2 answered alerts was useful.');
    await post('/alerts/9/usefulness', { useful: 'no' }).expect(404);
  });

  it('is for everybody to read, and not for viewers to answer', async () => {
    const viewer = await signIn(test, 'viewer');
    const { text } = await viewer.get('/alerts').expect(200);
    expect(text).toContain('A file differs');
    expect(text).not.toContain('Useful?</span>');
  });
});

describe('the settings', () => {
  const receivers = '/settings/alerts/receivers';

  it('say which fields are wrong and keep what was typed', async () => {
    const { text } = await post('/settings/alerts', { perWeek: '-1', lossUpBy: 'much' }).expect(422);
    expect(text).toContain('Enter 0 or more.');
    expect(text).toContain('Enter a percentage such as 10, or leave the field blank.');
    expect(text).toContain('value="much"');
  });

  it.each([
    ['no e-mail address', 'email', 'ada', 'Enter an email address such as name@example.com.'],
    ['two in one', 'email', 'a@example.com\nBcc: b@example.com', 'Enter an email address'],
    ['no web address', 'webhook', 'example', 'Enter a web address that begins with https://'],
    ['a private address', 'webhook', 'https://10.0.0.1/', 'private address 10.0.0.1'],
  ])('refuse %s', async (_what, channel, address, words) => {
    const { text } = await post(receivers, { channel, address }).expect(422);
    expect(text).toContain(words);
    expect(await listReceivers(test.context.db)).toEqual([]);
  });

  it('show the secret of a webhook once, and store it encrypted', async () => {
    await post(receivers, { channel: 'webhook', address: 'http://127.0.0.1:1/x' }).expect(303);
    const secret = /whsec_[\w+/=]{44}/.exec(await pageOf('/settings/alerts'))?.[0] ?? '';
    expect(secret).not.toBe('');
    await pageOf('/alerts');
    expect(await pageOf('/settings/alerts')).not.toContain('whsec_');
    expect(JSON.stringify(await listReceivers(test.context.db))).not.toContain(secret.replace('whsec_', ''));
    expect(await pageOf('/admin/audit')).toContain('Receiver: added');
  });

  it('send a test message, and show that it could not be sent and when it is tried again', async () => {
    await post(`${receivers}/1/test`).expect(303);
    expect(await pageOf('/settings/alerts')).toContain('Being sent');
    await runJobs(test.context);
    const page = await pageOf('/settings/alerts');
    expect(page).toContain('Not sent yet');
    expect(page).toContain('ECONNREFUSED');
    expect(page).toContain('Next try');
  });

  it('remove a receiver with the messages to it', async () => {
    await post(`${receivers}/1/removal`).expect(303);
    expect(await listReceivers(test.context.db)).toEqual([]);
    expect(await pageOf('/settings/alerts')).not.toContain('Last messages');
  });
});
