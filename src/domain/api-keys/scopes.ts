/** What a key may do. A key never may more than the person whose key it is: each scope needs one of their permissions. */
import type { Permission } from '../people/permissions.ts';

interface ScopeTerms {
  readonly permission: Permission;
  /** On the page of keys: 'may …'. */
  readonly label: string;
}

export const scopes = {
  'scores:write': { permission: 'prediction:create', label: 'score customers' },
  'scores:read': { permission: 'prediction:view', label: 'read scores' },
  'users:read': { permission: 'user:manage', label: 'list users' },
} as const satisfies Readonly<Record<string, ScopeTerms>>;

export type Scope = keyof typeof scopes;

export const scopeNames = Object.keys(scopes) as readonly Scope[];
