/** Limits password guessing by account and by address; the counts are in the database and survive a restart. */
import { createHash } from 'node:crypto';
import type { Request } from 'express';
import ipaddr from 'ipaddr.js';
import type { Context } from '../context.ts';
import { TooManyRequests } from '../errors.ts';
import { forgetTries, giveBackTry, takeTry } from '../store/rate-limits.ts';
import type { Limit } from '../store/rate-limits.ts';

export interface PasswordLimits {
  /**
   * Takes one try before the password is looked at, so that many requests at once cannot slip through.
   * @throws TooManyRequests when the account or the address has none left.
   */
  take(req: Request, email: string): Promise<void>;
  /** The password was right: the try does not count, and the account starts afresh. */
  giveBack(req: Request, email: string): Promise<void>;
}

const accountLimit: Limit = { tries: 5, withinMs: 5 * 60_000, blockMs: 5 * 60_000 };
const addressLimit: Limit = { tries: 10, withinMs: 60_000 };

export function createPasswordLimits({ db }: Context): PasswordLimits {
  return {
    take: async (req, email) => {
      refuseFor(await takeTry(db, addressKey(req), addressLimit));
      refuseFor(await takeTry(db, accountKey(email), accountLimit));
    },
    giveBack: async (req, email) => {
      await giveBackTry(db, addressKey(req));
      await forgetTries(db, accountKey(email));
    },
  };
}

/** @throws TooManyRequests unless the time is 0 */
function refuseFor(milliseconds: number): void {
  if (milliseconds <= 0) return;
  const seconds = Math.max(1, Math.ceil(milliseconds / 1000));
  const minutes = Math.ceil(seconds / 60);
  throw new TooManyRequests(
    seconds,
    `Too many attempts. Try again in ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}.`,
  );
}

function addressKey({ ip = 'unknown' }: Request): string {
  return `address:${networkOf(ip)}`;
}

/** A hash, so that the table of counts holds no email addresses. */
function accountKey(email: string): string {
  return `account:${createHash('sha256').update(email.trim().toLowerCase()).digest('hex')}`;
}

/** An IPv6 subscriber has a whole /64 to change addresses in, so all of it counts as one. */
export function networkOf(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv4') return parsed.toString();
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${parsed.toString()}/64`).toString()}/64`;
}
