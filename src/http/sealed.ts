/** What a browser keeps for the server for a few minutes and can neither read nor change: encrypted with the session secret. */
import type { z } from 'zod';
import type { Config } from '../config.ts';
import { decryptSecret, encryptSecret } from '../domain/warehouse/secrets.ts';
import { AppError } from '../errors.ts';
import { sessionSecret } from './session.ts';

/** `purpose`: it can be opened for nothing else. */
export function seal(config: Config, purpose: string, value: object): string {
  return encryptSecret([sessionSecret(config)], JSON.stringify(value), purpose);
}

/** null: it was not sealed here for this purpose, or is something else. */
export function unseal<T>(config: Config, purpose: string, schema: z.ZodType<T>, sealed: unknown): T | null {
  if (typeof sealed !== 'string') return null;
  try {
    const text = decryptSecret([sessionSecret(config)], sealed, purpose);
    return schema.parse(JSON.parse(text));
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}
