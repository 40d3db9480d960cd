/** Keys of other programs: made by an administrator, shown once, revoked. */
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { listEvents } from '../../src/store/audit.ts';
import { openSite } from '../helpers/site.ts';

const path = '/settings/api-keys';
const test = openSite('admin');
const { post, pageOf } = test;

async function make(fields: Readonly<Record<string, string | string[]>> = {}): Promise<string> {
  await post(path, { name: 'Shop', scopes: ['users:read', 'scores:read'], ...fields }).expect(303);
  return /hf_[0-9a-f]{12}_[\w-]{43}/.exec(await pageOf(path))?.[0] ?? '';
}
const use = (key: string) => request(test.app).get('/api/v1/users').set('Authorization', `Bearer ${key}`);

describe('keys', () => {
  it('are shown once, work, and are listed without their secret', async () => {
    const key = await make();
    await use(key).expect(200);
    await pageOf('/settings');
    const page = await pageOf(path);
    expect(page).not.toContain(key);
    expect(page).toContain(key.slice(0, 16));
    expect(page).toContain('users:read, scores:read');
  });

  it('are refused once they are revoked', async () => {
    const key = await make({ name: 'Old' });
    const [revocation] = /\/settings\/api-keys\/\d+\/revocation/.exec(await pageOf(path))!;
    await post(revocation).expect(303);
    await use(key).expect(401);
    expect(await pageOf(path)).toContain('Revoked');
  });

  it('need a name, a scope and a last day that is not over', async () => {
    for (const fields of [{ name: '' }, { scopes: 'none' }, { lastDay: '2020-01-01' }, { lastDay: 'soon' }])
      await post(path, { name: 'Shop', scopes: 'users:read', ...fields }).expect(422);
    const page = (await post(path, { name: 'Shop', lastDay: '2020-01-01' })).text;
    expect(page).toContain('Choose what the key may do.');
    expect(page).toContain('Enter a day that is not over.');
    expect(page).toContain('value="Shop"');
  });

  it('last until the end of their last day', async () => {
    await use(await make({ lastDay: '2099-12-31' })).expect(200);
    expect(await pageOf(path)).toContain('2100');
  });

  it('are in the audit log, without the secret', async () => {
    const key = await make({ name: 'Audited' });
    const events = await listEvents(
      test.context.db,
      { action: null, userId: null, from: null, to: null },
      50,
      0,
    );
    expect(events.map(({ action }) => action)).toContain('api-key.created');
    expect(events.map(({ action }) => action)).toContain('api-key.revoked');
    expect(JSON.stringify(events)).not.toContain(key.slice(16));
  });
});
