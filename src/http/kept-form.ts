/**
 * A form that was sent after its session had ended. Its values are kept in the sign-in page, not on the server, and are
 * sent with a new token once the user has signed in and confirmed them.
 */
import type { Request } from 'express';
import { z } from 'zod';
import { localPath } from './authenticate.ts';

/** Names and values in the order in which they were sent. */
const KeptForm = z.object({
  path: z.string().max(2_000),
  fields: z.array(z.tuple([z.string(), z.string()])).max(2_500),
});
export type KeptForm = z.infer<typeof KeptForm>;

/** As sent again it has to fit into a form of at most 100 kB. */
const maxEncodedCharacters = 60_000;

/** The form as text for a hidden field; null where there is none, it is too long, or it holds a password. */
export function keepForm(req: Request): string | null {
  if (req.method !== 'POST' || !req.is('application/x-www-form-urlencoded')) return null;
  const fields = fieldsOf(req.body);
  if (fields.some(([name]) => /password/i.test(name))) return null;
  const text = JSON.stringify({ path: localPath(req.originalUrl), fields } satisfies KeptForm);
  return encodeURIComponent(text).length > maxEncodedCharacters ? null : text;
}

/** Null for whatever `keepForm` did not write. */
export function readKeptForm(text: unknown): KeptForm | null {
  if (typeof text !== 'string' || text === '') return null;
  try {
    const { path, fields } = KeptForm.parse(JSON.parse(text));
    return { path: localPath(path), fields };
  } catch {
    return null;
  }
}

function fieldsOf(body: unknown): [string, string][] {
  return Object.entries((body ?? {}) as Record<string, unknown>).flatMap(([name, value]) =>
    name === '_csrf'
      ? []
      : [value].flat().flatMap((one): [string, string][] => (typeof one === 'string' ? [[name, one]] : [])),
  );
}
