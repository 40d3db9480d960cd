/** Secrets that sign what is sent to webhooks, encrypted as passwords of connections are. */
import type { Config } from '../../config.ts';
import { inTransaction } from '../../db.ts';
import { AppError } from '../../errors.ts';
import { listReceivers, updateSecret } from '../../store/alert-receivers.ts';
import type { AlertReceiver } from '../../store/alert-receivers.ts';
import { decryptSecret, renewSecret } from '../warehouse/secrets.ts';
import type { AlertEnv } from './scene.ts';

/** The key that signs, in base64. @throws AppError 422 where it cannot be decrypted */
export function webhookSecret({ secretsKeys }: Config, { secret, address }: AlertReceiver): string {
  // For its address only: one that was changed in the database gets nothing that is signed.
  return decryptSecret(secretsKeys, secret ?? '', address);
}

/** The secret as receivers enter it, if the bytes are those of a webhook; null otherwise. */
export async function shownSecret({ db, config }: AlertEnv, bytes: Buffer): Promise<string | null> {
  const secret = bytes.toString('base64');
  const webhooks = (await listReceivers(db)).filter(({ channel }) => channel === 'webhook');
  return webhooks.some((one) => isSecretOf(config, one, secret)) ? `whsec_${secret}` : null;
}

/** Encrypts every secret with the first key, so that the others can be taken out of the setting. */
export async function renewWebhookSecrets({ db, config: { secretsKeys } }: AlertEnv): Promise<void> {
  if (secretsKeys.length < 2) return;
  await inTransaction(db, async (trx) => {
    for (const { id, secret, address } of await listReceivers(trx)) {
      const renewed = secret === null ? null : renewSecret(secretsKeys, secret, address);
      if (renewed !== null) await updateSecret(trx, id, renewed);
    }
  });
}

function isSecretOf(config: Config, receiver: AlertReceiver, secret: string): boolean {
  try {
    return webhookSecret(config, receiver) === secret;
  } catch (error) {
    if (error instanceof AppError) return false;
    throw error;
  }
}
