/** A sign-in whose password was right and whose one-time code is asked for next. The page of the code keeps it. */
import { z } from 'zod';
import type { Context } from '../context.ts';
import { timeOf } from '../db/clock.ts';
import { findUser } from '../store/users.ts';
import type { UserRecord } from '../store/users.ts';
import { seal, unseal } from './sealed.ts';

const purpose = 'sign-in that waits for a code';
const lastsMs = 5 * 60_000;

const Pending = z.object({ id: z.number(), epoch: z.number(), at: z.number() });

export async function sealPending(
  { db, config }: Context,
  user: { readonly id: number; readonly sessionEpoch: number },
): Promise<string> {
  return seal(config, purpose, { id: user.id, epoch: user.sessionEpoch, at: await timeOf(db) });
}

/** The user who waits; null: it took too long, or meanwhile the password, the second factor or the account has ended. */
export async function findPending({ db, config }: Context, sealed: unknown): Promise<UserRecord | null> {
  const pending = unseal(config, purpose, Pending, sealed);
  if (!pending || Math.abs((await timeOf(db)) - pending.at) > lastsMs) return null;
  const user = await findUser(db, pending.id);
  const isSame = user?.disabledAt === null && user.sessionEpoch === pending.epoch;
  return isSame && user.secondFactor !== null ? user : null;
}
