/** Who is told of alerts: added, tested and removed by an administrator. */
import { randomBytes } from 'node:crypto';
import { inTransaction } from '../../db.ts';
import type { Db } from '../../db.ts';
import { AppError, Unprocessable } from '../../errors.ts';
import { recordEvent } from '../../store/audit.ts';
import { deleteReceiver, getReceiver, insertReceiver, listReceivers } from '../../store/alert-receivers.ts';
import type { NewReceiver } from '../../store/alert-receivers.ts';
import { allowedWebhookAddress } from '../../store/delivery/webhook.ts';
import type { User } from '../people/accounts.ts';
import { encryptSecret } from '../warehouse/secrets.ts';
import { queueMessages } from './messages.ts';
import type { AlertEnv } from './scene.ts';

const secretBytes = 32;
/** Each alert is sent to each of them. */
const mostReceivers = 20;

/** Gives the bytes of a webhook's secret, which is shown once; null for e-mail. @throws Unprocessable, AppError 422 */
export async function addReceiver(
  { db, config }: AlertEnv,
  user: User,
  { channel, address }: Pick<NewReceiver, 'channel' | 'address'>,
): Promise<Buffer | null> {
  if (channel === 'email' && config.delivery.smtpUrl === null)
    throw addressError('No email can be sent: set SMTP_URL on the server, and restart Holdfast.');
  if (channel === 'webhook') await allowedWebhookAddress(config.delivery, address).catch(asFieldError);
  const bytes = channel === 'webhook' ? randomBytes(secretBytes) : null;
  const secret = bytes && encryptSecret(config.secretsKeys, bytes.toString('base64'), address);
  await inTransaction(db, async (trx) => {
    const receivers = await listReceivers(trx);
    if (receivers.some((one) => one.address === address)) throw addressError('It is on the list already.');
    if (receivers.length >= mostReceivers)
      throw addressError(`There can be ${mostReceivers} receivers. Remove one first, or use a mailing list.`);
    await insertReceiver(trx, { channel, address, secret }, user.id);
    await recordReceiver(trx, user, 'receiver.added', { channel, address });
  });
  return bytes;
}

export async function removeReceiver(db: Db, user: User, id: number): Promise<void> {
  await inTransaction(db, async (trx) => {
    const receiver = await getReceiver(trx, id);
    await deleteReceiver(trx, id);
    await recordReceiver(trx, user, 'receiver.removed', receiver);
  });
}

/** Queues a message to one receiver. */
export async function sendTest(db: Db, id: number): Promise<void> {
  await inTransaction(db, async (trx) => {
    await queueMessages(trx, [await getReceiver(trx, id)], {
      alertId: null,
      kind: 'test',
      severity: 'warning',
      money: null,
      title: 'Test message from Holdfast',
      detail: 'Alerts will arrive here.',
      href: '/alerts',
    });
  });
}

async function recordReceiver(
  trx: Db,
  user: User,
  action: string,
  { channel, address }: Pick<NewReceiver, 'channel' | 'address'>,
): Promise<void> {
  await recordEvent(trx, { userId: user.id, action, subject: address, after: { channel, address } });
}

function asFieldError(error: unknown): never {
  throw error instanceof AppError ? addressError(error.message) : error;
}

function addressError(message: string): Unprocessable {
  return new Unprocessable([{ field: 'address', message }]);
}
