/**
 * Messages to receivers: queued with the alert in one transaction, sent by a job each, tried again later and later. A
 * message keeps its number through all tries, so that a receiver can tell that it has it already.
 */
import { randomUUID } from 'node:crypto';
import { inTransaction } from '../../db.ts';
import type { Db } from '../../db.ts';
import { timeOf } from '../../db/clock.ts';
import { createFormatter } from '../../format.ts';
import { getMessage, insertMessage, listDueMessages, updateMessage } from '../../store/alert-messages.ts';
import type { AlertMessage, MessageContent } from '../../store/alert-messages.ts';
import { getReceiver } from '../../store/alert-receivers.ts';
import type { AlertReceiver } from '../../store/alert-receivers.ts';
import { sendMail } from '../../store/delivery/mail.ts';
import { postWebhook } from '../../store/delivery/webhook.ts';
import { enqueueJob } from '../../store/jobs.ts';
import { getSettings } from '../../store/settings.ts';
import type { Settings } from '../../store/settings.ts';
import { done } from '../jobs/steps.ts';
import type { JobOutcome } from '../jobs/steps.ts';
import type { AlertEnv } from './scene.ts';
import { webhookSecret } from './webhook-secrets.ts';

/** Minutes after each failed try until the next one; after the last it is given up. */
const pauses = [1, 5, 30, 120, 360, 720];

/** Call in the transaction that raises the alert. */
export async function queueMessages(
  trx: Db,
  receivers: readonly AlertReceiver[],
  content: MessageContent,
): Promise<void> {
  for (const { id: receiverId } of receivers) {
    const id = await insertMessage(trx, { receiverId, messageId: `msg_${randomUUID()}`, content });
    await queueTry(trx, id);
  }
}

/** Those whose time has come; any number of processes may ask. */
export async function queueDueMessages(db: Db): Promise<void> {
  if ((await listDueMessages(db)).length === 0) return;
  await inTransaction(db, async (trx) => {
    for (const { id } of await listDueMessages(trx)) {
      await updateMessage(trx, id, { state: 'queued', nextTryAt: null });
      await queueTry(trx, id);
    }
  });
}

async function queueTry(trx: Db, messageId: number): Promise<void> {
  await enqueueJob(trx, {
    kind: 'send-message',
    payload: { messageId },
    subject: 'Send an alert',
    createdBy: null,
  });
}

/** One try. That it was sent is stored in the transaction that ends the job, right after the receiver took it. */
export async function sendMessage(env: AlertEnv, id: number): Promise<JobOutcome> {
  const message = await getMessage(env.db, id);
  if (message.state !== 'queued') return done();
  // A transaction of a job asks first whether another worker has it by now.
  await inTransaction(env.db, (trx) => updateMessage(trx, id, { tries: message.tries + 1 }));
  try {
    await deliver(env, message);
    return done((trx) => updateMessage(trx, id, { state: 'sent', error: null }));
  } catch (error) {
    return done((trx) => tryAgainLater(trx, { ...message, tries: message.tries + 1 }, wordsOf(error)));
  }
}

async function tryAgainLater(trx: Db, { id, tries }: AlertMessage, error: string): Promise<void> {
  const minutes = pauses[tries - 1];
  if (minutes === undefined) {
    await updateMessage(trx, id, { state: 'failed', error });
    return;
  }
  const nextTryAt = new Date((await timeOf(trx)) + minutes * 60_000).toISOString();
  await updateMessage(trx, id, { state: 'waiting', error, nextTryAt });
}

function wordsOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, 500);
}

async function deliver({ db, config }: AlertEnv, message: AlertMessage): Promise<void> {
  const receiver = await getReceiver(db, message.receiverId);
  const settings = await getSettings(db);
  const { messageId, content } = message;
  const url = config.publicUrl === null ? null : `${config.publicUrl}${content.href}`;
  if (receiver.channel === 'email') {
    const text = mailText(content, settings, url);
    await sendMail(config.delivery, { to: receiver.address, messageId, subject: content.title, text });
    return;
  }
  const body = webhookBody(message, settings, url);
  const secret = webhookSecret(config, receiver);
  const timestamp = Math.floor((await timeOf(db)) / 1000);
  await postWebhook(config.delivery, { url: receiver.address, messageId, secret, timestamp, body });
}

function mailText(
  { detail, money, alertId }: MessageContent,
  settings: Settings,
  url: string | null,
): string {
  const amount = money === null ? [] : [`About ${createFormatter(settings).money(money)} at stake.`];
  const place = url ?? 'See the page Alerts in Holdfast.';
  const why =
    alertId === null
      ? 'This is a test.'
      : `${settings.organisation} gets at most ${settings.alerts.perWeek} of these messages in seven days. Settings → Alerts says who gets them.`;
  return `${[[detail, ...amount].join(' '), place, `-- \n${why}`].join('\n\n')}\n`;
}

/** As Standard Webhooks has it: type, timestamp and data. */
function webhookBody(
  { content, createdAt }: AlertMessage,
  { currency }: Settings,
  url: string | null,
): string {
  const { alertId, href: path, ...data } = content;
  return JSON.stringify({
    type: alertId === null ? 'alert.test' : 'alert.raised',
    timestamp: createdAt,
    data: { alert: alertId, ...data, currency, path, url },
  });
}
