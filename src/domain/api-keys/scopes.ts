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
  'batches:write': { permission: 'batch:create', label: 'score files' },
  'batches:read': { permission: 'export:download', label: 'read files and their results' },
  'models:read': { permission: 'model:view', label: 'list models and read their cards' },
  'models:export': { permission: 'export:download', label: 'export models' },
  'models:activate': { permission: 'model:activate', label: 'activate models' },
  'datasets:write': { permission: 'dataset:edit', label: 'upload datasets' },
  'datasets:read': { permission: 'dataset:edit', label: 'read what is known of datasets' },
  'trainings:write': { permission: 'model:train', label: 'train models' },
  'trainings:read': { permission: 'model:train', label: 'follow training runs' },
  'outcomes:write': { permission: 'campaign:edit', label: 'record what became of customers' },
  'outcomes:read': { permission: 'campaign:edit', label: 'read what became of customers' },
  'campaigns:write': { permission: 'campaign:edit', label: 'draft, launch and close campaigns' },
  'campaigns:read': { permission: 'export:download', label: 'read campaigns, their customers and results' },
  'users:read': { permission: 'user:manage', label: 'list users' },
} as const satisfies Readonly<Record<string, ScopeTerms>>;

export type Scope = keyof typeof scopes;

export const scopeNames = Object.keys(scopes) as readonly Scope[];
