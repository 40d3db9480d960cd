/** Messages to a mail server and a webhook receiver, and what happens while these do not take them. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { addReceiver, sendTest } from '../../../src/domain/alerts/receivers.ts';
import { queueDueMessages } from '../../../src/domain/alerts/messages.ts';
import { listMessages } from '../../../src/store/alert-messages.ts';
import { createTestApp, setUpOrganisation } from '../../helpers/app.ts';
import type { TestApp } from '../../helpers/app.ts';
import { messageIdOf, startMailServer } from '../../helpers/mail-server.ts';
import type { MailServer } from '../../helpers/mail-server.ts';
import { startWebhookReceiver } from '../../helpers/webhook-receiver.ts';
import type { WebhookReceiver } from '../../helpers/webhook-receiver.ts';
import { runJobs } from '../../helpers/work.ts';

let mail: MailServer;
let webhook: WebhookReceiver;
let test: TestApp;
beforeAll(async () => {
  mail = await startMailServer();
  webhook = await startWebhookReceiver();
});
afterAll(async () => {
  await mail.stop();
  await webhook.stop();
});
beforeEach(async () => {
  mail.manner = 'takes';
  mail.taken.length = 0;
  webhook.status = 200;
  webhook.received.length = 0;
  test = await createTestApp({
    SMTP_URL: mail.url,
    SMTP_FROM: 'Holdfast <holdfast@example.com>',
    SECRETS_KEY: 'the-key-of-the-tests-long-enough-for-one',
    WEBHOOK_HOSTS: '127.0.0.1',
    PUBLIC_URL: 'https://holdfast.example.com',
  });
});
afterEach(() => test.close());

type Channel = 'email' | 'webhook';

/** Adds a receiver and sends a test message to it. */
async function send(channel: Channel): Promise<void> {
  const address = channel === 'email' ? 'ada@example.com' : webhook.url;
  const user = await setUpOrganisation(test);
  const secret = await addReceiver(test.context, user, { channel, address });
  webhook.secret = `whsec_${secret?.toString('base64') ?? ''}`;
  await sendTest(test.context.db, 1);
  await runJobs(test.context);
}
const newest = async () => (await listMessages(test.context.db, 1))[0]!;
/** Its next try, without the time until then. */
async function tryAgain(): Promise<void> {
  await test.context
    .db('alert_messages')
    .where({ state: 'waiting' })
    .update({ next_try_at: '2020-01-01T00:00:00.000Z' });
  await queueDueMessages(test.context.db);
  await runJobs(test.context);
}

it('goes to a mail server, with a number and the address of its page', async () => {
  await send('email');
  const message = await newest();
  expect(message).toMatchObject({ state: 'sent', tries: 1, error: null });
  expect(mail.taken).toHaveLength(1);
  expect(messageIdOf(mail.taken[0]!)).toBe(message.messageId);
  for (const words of [
    'Subject: Test message from Holdfast',
    'To: ada@example.com',
    'Auto-Submitted: auto-generated',
    'https://holdfast.example.com/alerts',
  ])
    expect(mail.taken[0]).toContain(words);
});

it('goes to a webhook, signed', async () => {
  await send('webhook');
  const { messageId, state } = await newest();
  expect(state).toBe('sent');
  expect(webhook.received).toMatchObject([
    {
      id: messageId,
      isSigned: true,
      body: { type: 'alert.test', data: { url: 'https://holdfast.example.com/alerts', currency: 'EUR' } },
    },
  ]);
});

describe('a message that is not taken', () => {
  it.each([
    ['email', 'not from you'],
    ['webhook', 'answered 500'],
  ] as const)('by %s says so, and is sent later with the same number', async (channel, words) => {
    mail.manner = 'refuses';
    webhook.status = 500;
    await send(channel);
    const waiting = await newest();
    expect(waiting).toMatchObject({ state: 'waiting', tries: 1 });
    expect(waiting.error).toContain(words);
    expect(Date.parse(waiting.nextTryAt!) - Date.now()).toBeGreaterThan(50_000);
    mail.manner = 'takes';
    webhook.status = 200;
    await tryAgain();
    expect(await newest()).toMatchObject({ state: 'sent', tries: 2, error: null });
    const numbers = [...mail.taken.map(messageIdOf), ...webhook.received.map(({ id }) => id)];
    expect(new Set(numbers)).toEqual(new Set([waiting.messageId]));
  });

  it('is tried seven times in all', async () => {
    webhook.status = 500;
    await send('webhook');
    for (let i = 0; i < 8; i++) await tryAgain();
    expect(await newest()).toMatchObject({ state: 'failed', tries: 7, nextTryAt: null });
    expect(webhook.received).toHaveLength(7);
  });

  it('is tried again where the mail server says nothing', { timeout: 40_000 }, async () => {
    mail.manner = 'hangs';
    await send('email');
    expect(await newest()).toMatchObject({ state: 'waiting', tries: 1 });
    mail.manner = 'takes';
    await tryAgain();
    expect((await newest()).state).toBe('sent');
  });

  it('keeps its secret to its own address', async () => {
    await send('webhook');
    await test.context.db('alert_receivers').update({ address: `${webhook.url}/elsewhere` });
    await sendTest(test.context.db, 1);
    await runJobs(test.context);
    expect((await newest()).error).toContain('cannot be decrypted');
    expect(webhook.received).toHaveLength(1);
  });
});
