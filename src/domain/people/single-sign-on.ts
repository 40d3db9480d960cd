/** Users who come from a provider of single sign-on: whose account it is, and which role their groups give them. */
import type { SingleSignOnSettings } from '../../config.ts';
import { inTransaction } from '../../db.ts';
import type { Db } from '../../db.ts';
import { Forbidden } from '../../errors.ts';
import { recordEvent } from '../../store/audit.ts';
import {
  findUserByEmail,
  findUserByProvider,
  getUser,
  insertUser,
  raiseSessionEpoch,
  updateUser,
} from '../../store/users.ts';
import type { UserRecord } from '../../store/users.ts';
import { isLastAdmin, recordSignIn } from './accounts.ts';
import { roles } from './permissions.ts';
import type { Role } from './permissions.ts';

/** What the provider says about somebody, checked by its signature. */
export interface ProviderAccount {
  readonly issuer: string;
  readonly subject: string;
  /** null: the provider does not say it. */
  readonly email: string | null;
  /** Whether the provider has checked that the address is theirs. */
  readonly isEmailVerified: boolean;
  readonly name: string | null;
  readonly groups: readonly string[];
}

/**
 * The user of the account, made at the first sign-in, with the role that the groups give now.
 * @throws Forbidden, in words, where nobody is to be let in
 */
export function signInByProvider(
  db: Db,
  settings: SingleSignOnSettings,
  account: ProviderAccount,
): Promise<UserRecord> {
  const role = roleOf(settings, account.groups);
  return inTransaction(db, async (trx) => {
    const known = await findUserByProvider(trx, account.issuer, account.subject);
    const user = known ?? (await connectUser(trx, account, role));
    if (user.disabledAt !== null)
      throw new Forbidden('Your account here is disabled. An administrator can enable it.');
    await followRole(trx, user, role);
    const current = await getUser(trx, user.id);
    await recordSignIn(trx, current);
    return current;
  });
}

/** The highest that one of the groups gives. */
function roleOf({ groupsOf }: SingleSignOnSettings, groups: readonly string[]): Role {
  const role = roles.find((one) => groupsOf[one].some((group) => groups.includes(group)));
  if (role === undefined)
    throw new Forbidden(
      'Your account is in no group that may use Holdfast. Ask whoever manages your accounts to add you to one.',
    );
  return role;
}

/** A user who exists is taken only if the provider vouches for the address: others could have entered it there. */
async function connectUser(db: Db, account: ProviderAccount, role: Role): Promise<UserRecord> {
  const { email, issuer, subject } = account;
  if (email === null)
    throw new Forbidden('Your provider does not tell your email address, which Holdfast needs.');
  const existing = await findUserByEmail(db, email);
  if (existing && (!account.isEmailVerified || existing.providerSubject !== null))
    throw new Forbidden(
      'A user with your email address exists here already. Sign in with your password, or ask an administrator.',
    );
  const user =
    existing ?? (await insertUser(db, { email, name: account.name ?? email, role, passwordHash: null }));
  await updateUser(db, user.id, { providerIssuer: issuer, providerSubject: subject });
  await recordEvent(db, {
    userId: user.id,
    action: existing ? 'user.connected-to-provider' : 'user.created',
    subject: user.name,
    after: { role: user.role, provider: issuer },
  });
  return getUser(db, user.id);
}

/** The last administrator stays one, so that somebody can still manage users. */
async function followRole(db: Db, user: UserRecord, role: Role): Promise<void> {
  if (user.role === role || (await isLastAdmin(db, user))) return;
  await updateUser(db, user.id, { role });
  await raiseSessionEpoch(db, user.id);
  await recordEvent(db, {
    userId: user.id,
    action: 'user.role-changed',
    subject: user.name,
    before: { role: user.role },
    after: { role },
  });
}
