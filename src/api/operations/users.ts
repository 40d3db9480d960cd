/** People with an account. */
import { z } from 'zod';
import { roles } from '../../domain/people/permissions.ts';
import { getUser, listUsersAfter } from '../../store/users.ts';
import type { UserRecord } from '../../store/users.ts';
import { pageOf, pageQuery, readCursor, toPage } from '../cursor.ts';
import { defineOperation } from '../operation.ts';
import { idParams, time } from '../schemas.ts';

const User = z
  .object({
    id: z.int(),
    name: z.string(),
    email: z.string(),
    role: z.enum(roles),
    disabled_at: time.nullable(),
    last_seen_at: time.nullable(),
    created_at: time,
  })
  .meta({ id: 'User' });

const exampleUser = {
  id: 1,
  name: 'Ada Admin',
  email: 'ada@example.com',
  role: 'admin',
  disabled_at: null,
  last_seen_at: '2026-11-20T09:30:00.000Z',
  created_at: '2026-11-20T09:00:00.000Z',
} as const;

const listUsers = defineOperation({
  id: 'listUsers',
  method: 'get',
  path: '/users',
  tag: 'Users',
  scope: 'users:read',
  summary: 'List users',
  status: 200,
  query: z.strictObject(pageQuery),
  answer: pageOf(User),
  example: {
    query: { limit: '1' },
    answer: { items: [exampleUser], next_cursor: null },
  },
  handle: async ({ context, query: { limit, cursor } }) => {
    const users = await listUsersAfter(context.db, readCursor(cursor), limit + 1);
    return { body: toPage(users, limit, { present: toUser, positionOf: ({ id }) => id }) };
  },
});

const readUser = defineOperation({
  id: 'getUser',
  method: 'get',
  path: '/users/{id}',
  tag: 'Users',
  scope: 'users:read',
  summary: 'Read a user',
  status: 200,
  params: idParams,
  answer: User,
  example: { params: { id: '1' }, answer: exampleUser },
  handle: async ({ context, params }) => ({ body: toUser(await getUser(context.db, params.id)) }),
});

function toUser({ id, name, email, role, disabledAt, lastSeenAt, createdAt }: UserRecord) {
  return {
    ...{ id, name, email, role },
    disabled_at: disabledAt,
    last_seen_at: lastSeenAt,
    created_at: createdAt,
  };
}

export const userOperations = [listUsers, readUser];
