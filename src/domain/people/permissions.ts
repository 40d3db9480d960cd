/** The permissions of each role. */
export const roles = ['admin', 'analyst', 'viewer'] as const;
export type Role = (typeof roles)[number];

export type Permission =
  | 'dashboard:view'
  | 'prediction:view'
  | 'prediction:create'
  | 'batch:create'
  | 'export:download'
  | 'rule:edit'
  | 'settings:edit'
  | 'user:manage'
  | 'audit:view'
  | 'job:view'
  | 'dataset:edit'
  | 'campaign:view'
  | 'campaign:edit'
  | 'model:view'
  | 'model:train'
  | 'model:activate';

const viewer: readonly Permission[] = ['dashboard:view', 'prediction:view', 'campaign:view', 'model:view'];
const analyst: readonly Permission[] = [
  ...viewer,
  'prediction:create',
  'batch:create',
  'export:download',
  'rule:edit',
  'campaign:edit',
  'dataset:edit',
  'model:train',
];
const admin: readonly Permission[] = [
  ...analyst,
  'settings:edit',
  'user:manage',
  'audit:view',
  'job:view',
  'model:activate',
];

const permissionsOf: Readonly<Record<Role, ReadonlySet<Permission>>> = {
  viewer: new Set(viewer),
  analyst: new Set(analyst),
  admin: new Set(admin),
};

export function can(user: { readonly role: Role }, permission: Permission): boolean {
  return permissionsOf[user.role].has(permission);
}
