/** Passwords and other secrets as they are stored: AES-256-GCM with a key of the setting SECRETS_KEY, which the database does not hold. */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { AppError } from '../../errors.ts';

const cipher = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;

/**
 * `keys`: the first one encrypts. `purpose`: what the secret is for; it can be decrypted for nothing else.
 * @throws AppError 422 without a key
 */
export function encryptSecret(keys: readonly string[], secret: string, purpose: string): string {
  const [key] = keys;
  if (key === undefined) throw noKey();
  const nonce = randomBytes(nonceBytes);
  const encryption = createCipheriv(cipher, derivedKey(key), nonce).setAAD(Buffer.from(purpose));
  const encrypted = Buffer.concat([encryption.update(secret, 'utf8'), encryption.final()]);
  return Buffer.concat([nonce, encryption.getAuthTag(), encrypted]).toString('base64');
}

/** With whichever of the keys encrypted it. @throws AppError 422 if none of them did, or for another purpose */
export function decryptSecret(keys: readonly string[], stored: string, purpose: string): string {
  if (keys.length === 0) throw noKey();
  for (const key of keys) {
    const secret = tryKey(key, Buffer.from(stored, 'base64'), purpose);
    if (secret !== null) return secret;
  }
  throw new AppError(
    422,
    'other-key',
    'What is stored cannot be decrypted with the setting SECRETS_KEY. Restore the key, or enter it again.',
  );
}

/** Encrypted with the first key; null: none of the keys decrypts it. */
export function renewSecret(keys: readonly string[], stored: string, purpose: string): string | null {
  try {
    return encryptSecret(keys, decryptSecret(keys, stored, purpose), purpose);
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}

function tryKey(key: string, stored: Buffer, purpose: string): string | null {
  const tag = stored.subarray(nonceBytes, nonceBytes + tagBytes);
  try {
    const decryption = createDecipheriv(cipher, derivedKey(key), stored.subarray(0, nonceBytes), {
      authTagLength: tagBytes,
    });
    decryption.setAAD(Buffer.from(purpose)).setAuthTag(tag);
    const secret = decryption.update(stored.subarray(nonceBytes + tagBytes));
    return Buffer.concat([secret, decryption.final()]).toString('utf8');
  } catch {
    return null;
  }
}

/** 256 bits of a text of any length. */
function derivedKey(key: string): Buffer {
  return Buffer.from(hkdfSync('sha256', key, '', 'holdfast stored secrets', 32));
}

function noKey(): AppError {
  return new AppError(
    422,
    'no-secrets-key',
    'Passwords and other secrets cannot be stored: set SECRETS_KEY on the server, which encrypts them, and restart Holdfast.',
  );
}
