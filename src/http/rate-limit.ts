/** Guessing is limited by account and by address; the counts are in the database and survive a restart. */
import type { Request } from 'express';
import { RateLimiterSQLite } from 'rate-limiter-flexible';
import type { RateLimiterRes } from 'rate-limiter-flexible';
import type { Context } from '../context.ts';
import { TooManyRequests } from '../errors.ts';

export interface SignInLimits {
  /** @throws TooManyRequests when the account or the address has used its tries up. */
  check(req: Request, email: string): Promise<void>;
  recordFailure(req: Request, email: string): Promise<void>;
  recordSuccess(email: string): Promise<void>;
}

const accountLimit = { points: 5, duration: 5 * 60, blockDuration: 5 * 60 };
const addressLimit = { points: 10, duration: 60 };

export function createSignInLimits(context: Context): SignInLimits {
  const store = { storeClient: context.db, storeType: 'knex', tableName: 'rate_limits' } as const;
  const byAccount = new RateLimiterSQLite({ ...store, ...accountLimit, keyPrefix: 'account' });
  const byAddress = new RateLimiterSQLite({ ...store, ...addressLimit, keyPrefix: 'address' });

  return {
    check: async (req, email) => {
      refuseIfSpent(await byAccount.get(accountKey(email)), accountLimit.points);
      refuseIfSpent(await byAddress.get(addressKey(req)), addressLimit.points);
    },
    recordFailure: async (req, email) => {
      await Promise.allSettled([byAccount.consume(accountKey(email)), byAddress.consume(addressKey(req))]);
    },
    recordSuccess: async (email) => {
      await byAccount.delete(accountKey(email));
    },
  };
}

function refuseIfSpent(state: RateLimiterRes | null, points: number): void {
  if (!state || state.consumedPoints < points) return;
  const seconds = Math.max(1, Math.ceil(state.msBeforeNext / 1000));
  const minutes = Math.ceil(seconds / 60);
  throw new TooManyRequests(
    seconds,
    `Too many attempts. Try again in ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}.`,
  );
}

function accountKey(email: string): string {
  return email.trim().toLowerCase().slice(0, 254);
}

function addressKey(req: Request): string {
  return req.ip ?? 'unknown';
}
