/** Users for the pages of the administrator. */
import type { Role } from '../domain/people/permissions.ts';
import type { FieldError } from '../errors.ts';
import type { UserRecord } from '../store/users.ts';
import type { ViewHelpers } from './view-helpers.ts';

export const roleNames: Record<Role, string> = {
  viewer: 'Viewer',
  analyst: 'Analyst',
  admin: 'Administrator',
};

const roleOptions = (Object.keys(roleNames) as Role[]).map((role) => ({
  value: role,
  label: roleNames[role],
}));

type AccountState = 'active' | 'invited' | 'disabled';

const stateText: Record<AccountState, string> = {
  active: 'Active',
  invited: 'Invited',
  disabled: 'Disabled',
};

export interface UsersInput {
  readonly users: readonly UserRecord[];
  readonly requiresSecondFactor: boolean;
  /** What was typed into the invitation. */
  readonly values: Readonly<Record<string, string>>;
  readonly errors: readonly FieldError[];
}

export function presentUsers(h: ViewHelpers, { users, requiresSecondFactor, values, errors }: UsersInput) {
  return {
    requiresSecondFactor,
    users: users.map((user) => ({
      href: `/admin/users/${user.id}`,
      name: user.name,
      email: user.email,
      role: roleNames[user.role],
      state: stateText[stateOf(user)],
      secondFactor: user.secondFactor === null ? 'Off' : 'On',
      lastSeen: h.dateTime(user.lastSeenAt),
    })),
    values,
    roleField: {
      name: 'role',
      label: 'Role',
      hint: 'Viewers can look at everything. Analysts can also score, train, download and edit rules. Administrators can also manage users and settings.',
      value: values['role'] ?? 'analyst',
      options: roleOptions,
      errors,
    },
  };
}

/** `link`: for choosing a password, while it is shown. */
export function presentUser(h: ViewHelpers, user: UserRecord, link: string | null) {
  const state = stateOf(user);
  return {
    title: user.name,
    name: user.name,
    link,
    action: `/admin/users/${user.id}`,
    isDisabled: state === 'disabled',
    hasSecondFactor: user.secondFactor !== null,
    facts: [
      { label: 'Email', value: user.email },
      { label: 'Status', value: stateInWords(h, user) },
      { label: 'Single sign-on', value: user.providerIssuer ?? 'Not used' },
      { label: 'Second factor', value: user.secondFactor === null ? 'Off' : 'On' },
      { label: 'Last signed in', value: h.dateTime(user.lastSeenAt) },
      { label: 'Created', value: h.dateTime(user.createdAt) },
    ],
    roleField: { name: 'role', label: 'Role', value: user.role, options: roleOptions },
  };
}

function stateInWords(h: ViewHelpers, user: UserRecord): string {
  const words: Record<AccountState, string> = {
    active: stateText.active,
    invited: 'Invited, has not chosen a password yet',
    disabled: `Disabled since ${h.dateTime(user.disabledAt)}`,
  };
  return words[stateOf(user)];
}

function stateOf(user: UserRecord): AccountState {
  if (user.disabledAt !== null) return 'disabled';
  return user.passwordHash === null && user.providerSubject === null ? 'invited' : 'active';
}
