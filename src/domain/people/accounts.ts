/** User accounts: invitation, sign-in, passwords, roles, and the end of access. */
import { createHash, randomBytes } from 'node:crypto';
import { inTransaction } from '../../db.ts';
import type { Db } from '../../db.ts';
import { isoTimeOf, timeOf } from '../../db/clock.ts';
import { Conflict, NotFound, Unprocessable } from '../../errors.ts';
import { recordEvent } from '../../store/audit.ts';
import { findOpenLink, insertLink, removeOpenLinks, useLink } from '../../store/one-time-links.ts';
import type { LinkPurpose, OneTimeLink } from '../../store/one-time-links.ts';
import { deleteSessionOf, deleteSessionsOf } from '../../store/sessions.ts';
import { getSettings, saveSettings } from '../../store/settings.ts';
import type { Settings } from '../../store/settings.ts';
import {
  countActiveAdmins,
  findUserByEmail,
  getUser,
  insertUser,
  raiseSessionEpoch,
  updateUser,
} from '../../store/users.ts';
import type { UserRecord } from '../../store/users.ts';
import { hashPassword, isPassword, leastPasswordLength, passwordProblem } from './passwords.ts';
import type { Role } from './permissions.ts';

/** The signed-in user, without credentials. */
export interface User {
  readonly id: number;
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  readonly theme: 'system' | 'light' | 'dark';
}

const passwordLinkHours = 72;

export function toUser({ id, email, name, role, theme }: UserRecord): User {
  return { id, email, name, role, theme };
}

/** The user whose password this is, or null; it does not reveal whether the address or the password was wrong. */
export async function authenticate(db: Db, email: string, password: string): Promise<UserRecord | null> {
  const user = await findUserByEmail(db, email);
  const usable = user?.disabledAt === null ? user.passwordHash : null;
  const isRight = await isPassword(password, usable);
  if (!isRight || !user) {
    await recordEvent(db, {
      userId: null,
      action: 'session.refused',
      subject: user?.name ?? 'Somebody unknown',
    });
    return null;
  }
  await startSession(db, user);
  return user;
}

/** Records a sign-in, if the password is all that is asked for. */
async function startSession(db: Db, user: UserRecord): Promise<void> {
  if (user.secondFactor === null) await recordSignIn(db, user);
}

export async function recordSignIn(db: Db, user: UserRecord): Promise<void> {
  await updateUser(db, user.id, { lastSeenAt: await isoTimeOf(db) });
  await recordEvent(db, { userId: user.id, action: 'session.started', subject: user.name });
}

/** True while there is no administrator. */
export async function isSetUp(db: Db): Promise<boolean> {
  return (await getSettings(db)).setUpAt !== null;
}

/** A fresh set-up token, valid until used; earlier ones end. */
export async function createSetupToken(db: Db): Promise<string> {
  return inTransaction(db, async (trx) => {
    await removeOpenLinks(trx, 'setup', null);
    return createLink(trx, 'setup', null, null);
  });
}

/** @throws NotFound when the link is unknown, used or too old. */
export async function getLink(db: Db, token: string, purpose: LinkPurpose): Promise<OneTimeLink> {
  const link = await findOpenLink(db, hashToken(token), purpose);
  if (!link) throw new NotFound('link (it may have been used already or have expired)');
  return link;
}

/** The link for choosing a password, while it can be used. */
export function findPasswordLink(db: Db, token: string): Promise<OneTimeLink | undefined> {
  return findOpenLink(db, hashToken(token), 'password');
}

/** Creates the first administrator and the organisation; the set-up link is used up. */
export async function setUp(
  db: Db,
  token: string,
  person: { readonly name: string; readonly email: string; readonly password: string },
  organisation: Pick<Settings, 'organisation' | 'currency' | 'timeZone'>,
): Promise<UserRecord> {
  requireGoodPassword(person.password, [person.name, person.email, organisation.organisation]);
  const passwordHash = await hashPassword(person.password);
  return inTransaction(db, async (trx) => {
    const link = await getLink(trx, token, 'setup');
    // A second process may have printed a link of its own just before.
    if ((await isSetUp(trx)) || !(await useLink(trx, link.tokenHash))) throw new NotFound('link');
    const user = await insertUser(trx, { ...person, role: 'admin', passwordHash });
    await saveSettings(trx, { ...organisation, setUpAt: await isoTimeOf(trx) });
    await recordEvent(trx, {
      userId: user.id,
      action: 'organisation.set-up',
      subject: organisation.organisation,
      after: organisation,
    });
    await startSession(trx, user);
    return getUser(trx, user.id);
  });
}

/** Creates a user without a password and returns the token of the link for choosing one. */
export async function inviteUser(
  db: Db,
  by: User | { readonly id: null },
  person: { readonly name: string; readonly email: string; readonly role: Role },
): Promise<{ readonly user: UserRecord; readonly token: string }> {
  return inTransaction(db, async (trx) => {
    if (await findUserByEmail(trx, person.email)) {
      throw new Unprocessable([
        { field: 'email', message: 'A user with this email address already exists.' },
      ]);
    }
    const user = await insertUser(trx, { ...person, passwordHash: null });
    const token = await createLink(trx, 'password', user.id, passwordLinkHours);
    await recordEvent(trx, {
      userId: by.id,
      action: 'user.created',
      subject: user.name,
      after: { role: user.role },
    });
    return { user, token };
  });
}

/** A link for choosing a new password. The old password stops working and running sessions end. */
export async function resetPassword(db: Db, by: User, userId: number): Promise<string> {
  return inTransaction(db, async (trx) => {
    const user = await getUser(trx, userId);
    if (user.disabledAt !== null) throw new Conflict(`${user.name} is disabled. Enable the account first.`);
    await requireAnotherAdmin(trx, user);
    await updateUser(trx, userId, { passwordHash: null });
    await raiseSessionEpoch(trx, userId);
    await removeOpenLinks(trx, 'password', userId);
    await recordEvent(trx, { userId: by.id, action: 'user.password-reset', subject: user.name });
    return createLink(trx, 'password', userId, passwordLinkHours);
  });
}

/** Sets the password that the holder of a one-time link has chosen. */
export async function choosePassword(db: Db, token: string, password: string): Promise<UserRecord> {
  const link = await getLink(db, token, 'password');
  const user = await getUser(db, link.userId ?? 0);
  requireGoodPassword(password, [user.name, user.email, (await getSettings(db)).organisation], user);
  const passwordHash = await hashPassword(password);
  return inTransaction(db, async (trx) => {
    if (!(await useLink(trx, link.tokenHash))) throw new NotFound('link');
    await updateUser(trx, user.id, { passwordHash });
    await raiseSessionEpoch(trx, user.id);
    await recordEvent(trx, { userId: user.id, action: 'user.password-chosen', subject: user.name });
    await startSession(trx, user);
    return getUser(trx, user.id);
  });
}

export async function changeDetails(
  db: Db,
  by: User,
  details: { readonly name: string; readonly theme: User['theme'] },
): Promise<void> {
  await inTransaction(db, async (trx) => {
    await updateUser(trx, by.id, details);
    if (details.name === by.name) return;
    await recordEvent(trx, {
      userId: by.id,
      action: 'user.renamed',
      subject: details.name,
      before: { name: by.name },
      after: { name: details.name },
    });
  });
}

/** Changes the user's own password; all their other sessions end. */
export async function changePassword(
  db: Db,
  userId: number,
  current: string,
  next: string,
): Promise<UserRecord> {
  const user = await getUser(db, userId);
  if (!(await isPassword(current, user.passwordHash)))
    throw new Unprocessable([{ field: 'currentPassword', message: 'Incorrect current password.' }]);
  requireGoodPassword(next, [user.name, user.email, (await getSettings(db)).organisation], user);
  const passwordHash = await hashPassword(next);
  return inTransaction(db, async (trx) => {
    await updateUser(trx, userId, { passwordHash });
    await raiseSessionEpoch(trx, userId);
    await recordEvent(trx, { userId, action: 'user.password-changed', subject: user.name });
    return getUser(trx, userId);
  });
}

/** Ends one session, at once. @throws NotFound where the user has no such session */
export async function endOneSession(db: Db, by: User, userId: number, sessionId: string): Promise<void> {
  await inTransaction(db, async (trx) => {
    const { name } = await getUser(trx, userId);
    if (!(await deleteSessionOf(trx, userId, sessionId))) throw new NotFound('session');
    await recordEvent(trx, { userId: by.id, action: 'session.ended', subject: name });
  });
}

/** Ends every session of the user, at once. */
export async function endSessions(db: Db, by: User, userId: number): Promise<void> {
  await inTransaction(db, async (trx) => {
    const { name } = await getUser(trx, userId);
    await raiseSessionEpoch(trx, userId);
    await deleteSessionsOf(trx, userId);
    await recordEvent(trx, { userId: by.id, action: 'session.ended-everywhere', subject: name });
  });
}

export async function changeRole(db: Db, by: User, userId: number, role: Role): Promise<void> {
  await inTransaction(db, async (trx) => {
    const user = await getUser(trx, userId);
    if (user.role === role) return;
    await requireAnotherAdmin(trx, user);
    await updateUser(trx, userId, { role });
    await raiseSessionEpoch(trx, userId);
    await recordEvent(trx, {
      userId: by.id,
      action: 'user.role-changed',
      subject: user.name,
      before: { role: user.role },
      after: { role },
    });
  });
}

/** Disabling ends the user's sessions and links at once; their records stay. */
export async function setDisabled(db: Db, by: User, userId: number, disabled: boolean): Promise<void> {
  await inTransaction(db, async (trx) => {
    const user = await getUser(trx, userId);
    if ((user.disabledAt !== null) === disabled) return;
    if (disabled) await requireAnotherAdmin(trx, user);
    await updateUser(trx, userId, { disabledAt: disabled ? await isoTimeOf(trx) : null });
    await raiseSessionEpoch(trx, userId);
    await removeOpenLinks(trx, 'password', userId);
    await recordEvent(trx, {
      userId: by.id,
      action: disabled ? 'user.disabled' : 'user.enabled',
      subject: user.name,
    });
  });
}

/** Whether nobody else who can sign in is an administrator. */
export async function isLastAdmin(db: Db, user: UserRecord): Promise<boolean> {
  const canSignIn = user.passwordHash !== null || user.providerSubject !== null;
  const isUsable = user.role === 'admin' && user.disabledAt === null && canSignIn;
  return isUsable && (await countActiveAdmins(db)) <= 1;
}

/** @throws Conflict for the last administrator */
async function requireAnotherAdmin(db: Db, user: UserRecord): Promise<void> {
  if (await isLastAdmin(db, user)) {
    throw new Conflict(
      `${user.name} is the last administrator. Make another user an administrator first.`,
      'last-admin',
    );
  }
}

function requireGoodPassword(
  password: string,
  personal: readonly string[],
  user?: Pick<UserRecord, 'secondFactor'>,
): void {
  const hasSecondFactor = (user?.secondFactor ?? null) !== null;
  const problem = passwordProblem(password, personal, leastPasswordLength(hasSecondFactor));
  if (problem !== null) throw new Unprocessable([{ field: 'password', message: problem }]);
}

async function createLink(
  db: Db,
  purpose: LinkPurpose,
  userId: number | null,
  hours: number | null,
): Promise<string> {
  const token = randomBytes(32).toString('base64url');
  const expiresAt = hours === null ? null : new Date((await timeOf(db)) + hours * 3_600_000).toISOString();
  await insertLink(db, { tokenHash: hashToken(token), purpose, userId, expiresAt });
  return token;
}

function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
