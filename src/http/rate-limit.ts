/** Limits password guessing by account and by address; the counts are in the database and survive a restart. */
import { createHash } from 'node:crypto';
import type { Request } from 'express';
import ipaddr from 'ipaddr.js';
import { RateLimiterPostgres, RateLimiterSQLite } from 'rate-limiter-flexible';
import type { RateLimiterAbstract, RateLimiterRes } from 'rate-limiter-flexible';
import type { Context } from '../context.ts';
import { whileLocked } from '../db.ts';
import { isPostgres } from '../db/sql.ts';
import { TooManyRequests } from '../errors.ts';

export interface PasswordLimits {
  /**
   * Takes one try before the password is looked at, so that many requests at once cannot slip through.
   * @throws TooManyRequests when the account or the address has none left.
   */
  take(req: Request, email: string): Promise<void>;
  /** The password was right: the try does not count, and the account starts afresh. */
  giveBack(req: Request, email: string): Promise<void>;
}

const accountLimit = { points: 5, duration: 5 * 60, blockDuration: 5 * 60 };
const addressLimit = { points: 10, duration: 60 };

export function createPasswordLimits(context: Context): PasswordLimits {
  const store = {
    storeClient: context.db,
    storeType: 'knex',
    tableName: 'rate_limits',
    tableCreated: true,
    // Its timer catches no error, which would end the program; the sweep removes what has expired.
    clearExpiredByTimeout: false,
  } as const;
  const Limiter = isPostgres(context.db) ? RateLimiterPostgres : RateLimiterSQLite;
  const byAccount = new Limiter({ ...store, ...accountLimit, keyPrefix: 'account' });
  const byAddress = new Limiter({ ...store, ...addressLimit, keyPrefix: 'address' });

  return {
    take: async (req, email) => {
      const count = (limiter: RateLimiterAbstract, key: string) =>
        whileLocked(context.db, () => limiter.consume(key)).catch(refuse);
      await count(byAddress, networkOf(req.ip ?? 'unknown'));
      await count(byAccount, accountKey(email));
    },
    giveBack: async (req, email) => {
      await whileLocked(context.db, () => byAddress.reward(networkOf(req.ip ?? 'unknown')));
      await whileLocked(context.db, () => byAccount.delete(accountKey(email)));
    },
  };
}

function refuse(reason: RateLimiterRes | Error): never {
  if (reason instanceof Error) throw reason;
  const seconds = Math.max(1, Math.ceil(reason.msBeforeNext / 1000));
  const minutes = Math.ceil(seconds / 60);
  throw new TooManyRequests(
    seconds,
    `Too many attempts. Try again in ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}.`,
  );
}

/** A hash, so that the table of counts holds no email addresses. */
function accountKey(email: string): string {
  return createHash('sha256').update(email.trim().toLowerCase()).digest('hex');
}

/** An IPv6 subscriber has a whole /64 to change addresses in, so all of it counts as one. */
export function networkOf(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv4') return parsed.toString();
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${parsed.toString()}/64`).toString()}/64`;
}
