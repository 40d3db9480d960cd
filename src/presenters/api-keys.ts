/** Keys of other programs, as their page shows them. */
import { scopes } from '../domain/api-keys/scopes.ts';
import type { FieldError } from '../errors.ts';
import type { ApiKeyRecord } from '../store/api-keys.ts';
import type { UserRecord } from '../store/users.ts';
import type { ViewHelpers } from './view-helpers.ts';

interface ApiKeysData {
  readonly keys: readonly ApiKeyRecord[];
  readonly users: readonly UserRecord[];
  /** Milliseconds since 1970. */
  readonly now: number;
  /** One that was just made. */
  readonly newKey: string | null;
}

interface ApiKeyForm {
  readonly values: Readonly<Record<string, string>>;
  /** Scopes that were ticked. */
  readonly chosen: readonly string[];
  readonly errors: readonly FieldError[];
}

export function presentApiKeys(
  h: ViewHelpers,
  { keys, users, now, newKey }: ApiKeysData,
  { values, chosen, errors }: ApiKeyForm,
) {
  return {
    title: 'API keys',
    ...{ values, errors, newKey },
    scopesError: errors.find(({ field }) => field === 'scopes')?.message ?? null,
    scopes: Object.entries(scopes).map(([name, { label }]) => ({
      name,
      label,
      isChosen: chosen.includes(name),
    })),
    keys: keys.map((key) => ({
      name: key.name,
      start: `hf_${key.prefix}_…`,
      scopes: key.scopes.join(', '),
      by: users.find(({ id }) => id === key.createdBy)?.name ?? '–',
      state: stateOf(key, now),
      expires: key.expiresAt === null ? 'Never' : h.dateTime(key.expiresAt),
      lastUsed: key.lastUsedAt === null ? 'Not yet' : h.dateTime(key.lastUsedAt),
      revocationPath: key.revokedAt === null ? `/settings/api-keys/${key.id}/revocation` : null,
    })),
  };
}

function stateOf({ revokedAt, expiresAt }: ApiKeyRecord, now: number): string {
  if (revokedAt !== null) return 'Revoked';
  return expiresAt !== null && Date.parse(expiresAt) <= now ? 'Expired' : 'In use';
}
