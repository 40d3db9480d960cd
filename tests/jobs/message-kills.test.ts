/** A process that is killed while it sends: another one goes on, and whoever gets the message sees one. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { inTransaction } from '../../src/db.ts';
import { recordObservations } from '../../src/domain/alerts/raising.ts';
import { addReceiver } from '../../src/domain/alerts/receivers.ts';
import { listMessages } from '../../src/store/alert-messages.ts';
import type { Observation } from '../../src/store/alerts.ts';
import { createTestApp, setUpOrganisation } from '../helpers/app.ts';
import type { TestApp } from '../helpers/app.ts';
import { messageIdOf, startMailServer } from '../helpers/mail-server.ts';
import type { MailServer } from '../helpers/mail-server.ts';
import { startWorker } from '../helpers/programs.ts';
import { startWebhookReceiver } from '../helpers/webhook-receiver.ts';
import type { WebhookReceiver } from '../helpers/webhook-receiver.ts';

vi.setConfig({ testTimeout: 120_000 });

let mail: MailServer;
let webhook: WebhookReceiver;
let settings: Record<string, string>;
let test: TestApp;
let child: ChildProcess | null = null;

beforeEach(async () => {
  mail = await startMailServer();
  webhook = await startWebhookReceiver();
  settings = {
    SMTP_URL: mail.url,
    SECRETS_KEY: 'the-key-of-the-tests-long-enough-for-one',
    WEBHOOK_HOSTS: '127.0.0.1',
  };
  test = await createTestApp(settings);
  const user = await setUpOrganisation(test);
  await addReceiver(test.context, user, { channel: 'email', address: 'ada@example.com' });
  const secret = await addReceiver(test.context, user, { channel: 'webhook', address: webhook.url });
  webhook.secret = `whsec_${secret!.toString('base64')}`;
});
afterEach(async () => {
  child?.kill('SIGKILL');
  await test.close();
  await mail.stop();
  await webhook.stop();
});

/** Two threads take any job, so that both messages are under way at the same time. */
const work = async (): Promise<void> => {
  child = await startWorker(test.context.config, { threads: 2, settings });
};
const kill = async (): Promise<void> => {
  child!.kill('SIGKILL');
  await once(child!, 'exit');
  // Its leases would expire in a few seconds.
  await test.context.db('jobs').where({ state: 'running' }).update({ lease_expires_at: 0 });
};
const states = async () => (await listMessages(test.context.db, 10)).map(({ state }) => state);

it('sends one message for an alert to each receiver', async () => {
  mail.manner = 'holds';
  webhook.status = null;
  const alert: Observation = {
    kind: 'drift',
    subject: 'model:1',
    evidence: 'batch:1',
    severity: 'severe',
    money: 12,
    title: 'A file differs',
    detail: 'Changed: tenure.',
    href: '/batches/1/monitoring',
  };
  await inTransaction(test.context.db, (trx) => recordObservations(trx, [alert], 5));
  await work();
  // Both have the whole message, and have not said so.
  await expect.poll(mail.received, { timeout: 30_000 }).toBe(1);
  await expect.poll(() => webhook.received.length, { timeout: 30_000 }).toBe(1);
  await kill();
  expect(await states()).toEqual(['queued', 'queued']);
  mail.manner = 'takes';
  webhook.status = 200;
  await work();
  await expect.poll(states, { timeout: 30_000 }).toEqual(['sent', 'sent']);
  await kill();
  await work();
  expect(await states()).toEqual(['sent', 'sent']);

  const [byWebhook, byMail] = await listMessages(test.context.db, 10);
  expect(mail.taken.map(messageIdOf)).toEqual([byMail!.messageId]);
  expect(new Set(webhook.received.map(({ id }) => id))).toEqual(new Set([byWebhook!.messageId]));
  expect(webhook.received.every(({ isSigned, body }) => isSigned && body.data['money'] === 12)).toBe(true);
});
