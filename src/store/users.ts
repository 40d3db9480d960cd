import type { Db } from '../db.ts';
import { isoTimeOf } from '../db/clock.ts';
import { NotFound } from '../errors.ts';

export interface UserRecord {
  readonly id: number;
  readonly email: string;
  readonly name: string;
  readonly role: 'admin' | 'analyst' | 'viewer';
  /** null until the person has chosen a password. */
  readonly passwordHash: string | null;
  readonly theme: 'system' | 'light' | 'dark';
  /** Raised to end every running session of the user. */
  readonly sessionEpoch: number;
  readonly disabledAt: string | null;
  readonly lastSeenAt: string | null;
  /** The secret of one-time codes, encrypted; null: no code is asked for. */
  readonly secondFactor: string | null;
  /** Who the user is for the provider of single sign-on; null: has never come from there. */
  readonly providerIssuer: string | null;
  readonly providerSubject: string | null;
  /** When the first page was opened last, and before the visit that goes on; null: not yet. */
  readonly homeSeenAt: string | null;
  readonly homeSeenBefore: string | null;
  readonly createdAt: string;
}

interface UserRow {
  id: number;
  email: string;
  name: string;
  role: UserRecord['role'];
  password_hash: string | null;
  theme: UserRecord['theme'];
  session_epoch: number;
  disabled_at: string | null;
  last_seen_at: string | null;
  second_factor: string | null;
  second_factor_step: number;
  provider_issuer: string | null;
  provider_subject: string | null;
  home_seen_at: string | null;
  home_seen_before: string | null;
  created_at: string;
}

export async function findUser(db: Db, id: number): Promise<UserRecord | undefined> {
  const row = await db<UserRow>('users').where({ id }).first();
  return row && toUser(row);
}

/** @throws NotFound */
export async function getUser(db: Db, id: number): Promise<UserRecord> {
  const user = await findUser(db, id);
  if (!user) throw new NotFound('person');
  return user;
}

/** Email addresses are stored and compared in lower case. */
export async function findUserByEmail(db: Db, email: string): Promise<UserRecord | undefined> {
  const row = await db<UserRow>('users').where({ email: email.toLowerCase() }).first();
  return row && toUser(row);
}

export async function findUserByProvider(
  db: Db,
  issuer: string,
  subject: string,
): Promise<UserRecord | undefined> {
  const row = await db<UserRow>('users')
    .where({ provider_issuer: issuer, provider_subject: subject })
    .first();
  return row && toUser(row);
}

export async function listUsers(db: Db): Promise<UserRecord[]> {
  const rows = await db<UserRow>('users').orderBy('name').orderBy('id');
  return rows.map(toUser);
}

/** By number, from the one after `id` on. */
export async function listUsersAfter(db: Db, id: number, limit: number): Promise<UserRecord[]> {
  const rows = await db<UserRow>('users').where('id', '>', id).orderBy('id').limit(limit);
  return rows.map(toUser);
}

/** Who can have actions: people who can sign in and change something. */
export async function listOwners(db: Db): Promise<UserRecord[]> {
  return (await listUsers(db)).filter(({ disabledAt, role }) => disabledAt === null && role !== 'viewer');
}

/** Administrators who can sign in. */
export async function countActiveAdmins(db: Db): Promise<number> {
  const row = await db('users')
    .where({ role: 'admin', disabled_at: null })
    .whereRaw('(password_hash IS NOT NULL OR provider_subject IS NOT NULL)')
    .count({ count: '*' })
    .first<{ count: number }>();
  return row.count;
}

export async function insertUser(
  db: Db,
  user: Pick<UserRecord, 'email' | 'name' | 'role' | 'passwordHash'>,
): Promise<UserRecord> {
  const [row] = await db<UserRow>('users')
    .insert({
      email: user.email.toLowerCase(),
      name: user.name,
      role: user.role,
      password_hash: user.passwordHash,
      created_at: await isoTimeOf(db),
    })
    .returning('*');
  return toUser(row!);
}

export async function updateUser(
  db: Db,
  id: number,
  change: Partial<
    Pick<
      UserRecord,
      | 'name'
      | 'role'
      | 'passwordHash'
      | 'theme'
      | 'disabledAt'
      | 'lastSeenAt'
      | 'secondFactor'
      | 'providerIssuer'
      | 'providerSubject'
      | 'homeSeenAt'
      | 'homeSeenBefore'
    >
  >,
): Promise<void> {
  const columns = {
    name: change.name,
    role: change.role,
    password_hash: change.passwordHash,
    theme: change.theme,
    disabled_at: change.disabledAt,
    last_seen_at: change.lastSeenAt,
    second_factor: change.secondFactor,
    provider_issuer: change.providerIssuer,
    provider_subject: change.providerSubject,
    home_seen_at: change.homeSeenAt,
    home_seen_before: change.homeSeenBefore,
  };
  const given = Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined));
  await db('users').where({ id }).update(given);
}

/** Takes the time step of a one-time code; false: it, or a later one, was taken before. */
export async function takeSecondFactorStep(db: Db, id: number, step: number): Promise<boolean> {
  const changed = await db<UserRow>('users')
    .where({ id })
    .where('second_factor_step', '<', step)
    .update({ second_factor_step: step });
  return changed === 1;
}

/** Ends every running session of the user at its next request. */
export async function raiseSessionEpoch(db: Db, id: number): Promise<void> {
  await db('users').where({ id }).increment('session_epoch', 1);
}

function toUser(row: UserRow): UserRecord {
  return {
    id: row.id,
    email: row.email,
    name: row.name,
    role: row.role,
    passwordHash: row.password_hash,
    theme: row.theme,
    sessionEpoch: row.session_epoch,
    disabledAt: row.disabled_at,
    lastSeenAt: row.last_seen_at,
    secondFactor: row.second_factor,
    providerIssuer: row.provider_issuer,
    providerSubject: row.provider_subject,
    homeSeenAt: row.home_seen_at,
    homeSeenBefore: row.home_seen_before,
    createdAt: row.created_at,
  };
}
