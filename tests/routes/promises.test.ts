/** What docs/security/ promises of sign-in, sessions and forms, beside the tests of each page. */
import { readdirSync } from 'node:fs';
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { csrfToken, password, signIn } from '../helpers/app.ts';
import { openSite } from '../helpers/site.ts';

const test = openSite('admin');
const { pageOf } = test;

const signInTry = async (email: string, headers: Record<string, string> = {}): Promise<number> => {
  const agent = request.agent(test.app);
  const _csrf = await csrfToken(agent, '/sign-in');
  const form = { _csrf, email, password: 'not the password at all' };
  return (await agent.post('/sign-in').set(headers).type('form').send(form)).status;
};

describe('a session', () => {
  it('ends when its time is over, idle or not', async () => {
    const { db } = test.context;
    const sessions = () => db<{ sid: string; sess: string; expired: string }>('sessions');
    const known = await sessions().pluck('sid');
    const openOne = async () => {
      const agent = await signIn(test, 'viewer');
      await agent.get('/customers').expect(200);
      const own = (await sessions().whereNotIn('sid', known).first())!;
      known.push(own.sid);
      return { agent, own };
    };
    const idle = await openOne();
    await sessions().where({ sid: idle.own.sid }).update({ expired: '2026-01-01T00:00:00.000Z' });
    const busy = await openOne();
    const earlier = busy.own.sess.replace(/(?<="signedInAt":)\d+/, (at) =>
      String(Number(at) - 12 * 3_600_000),
    );
    expect(earlier).not.toBe(busy.own.sess);
    await sessions().where({ sid: busy.own.sid }).update({ sess: earlier });
    for (const { agent } of [idle, busy])
      await agent
        .get('/customers')
        .expect(303)
        .expect('location', /^\/sign-in/);
  });

  it('ends with a new role', async () => {
    const analyst = await signIn(test, 'analyst');
    const { id } = await test.context.db('users').max({ id: 'id' }).first<{ id: number }>();
    await analyst.get('/score').expect(200);
    await test.post(`/admin/users/${id}/role`, { role: 'viewer' }).expect(303);
    await analyst.get('/score').expect(303);
  });

  it('is ended from every page', async () => {
    for (const path of ['/', '/customers', '/account', '/admin/users'])
      expect(await pageOf(path), path).toContain('action="/sign-out"');
  });
});

describe('a changed password', () => {
  it('ends the other sessions, and asks for the current one', async () => {
    const here = test.agent;
    const elsewhere = await signIn(test, 'admin');
    const next = 'copper meadow violin harbour';
    const change = (currentPassword: string, to: string) =>
      test.post('/account/password', { currentPassword, password: to, repeated: to });
    await change('not the password at all', next).expect(422);
    await elsewhere.get('/account').expect(200);
    await change(password, next).expect(303);
    await elsewhere.get('/account').expect(303);
    await here.get('/account').expect(200);
  });
});

describe('forms', () => {
  it('set nothing that they have no field for', async () => {
    const viewer = await signIn(test, 'viewer');
    const _csrf = await csrfToken(viewer, '/account');
    const odd = { role: 'admin', id: '1', __proto__: 'x', 'constructor[prototype][role]': 'admin' };
    const form = { _csrf, name: 'A viewer', theme: 'dark', ...odd };
    await viewer.post('/account').type('form').send(form).expect(303);
    await viewer.get('/admin/users').expect(403);
    expect(({} as { role?: string }).role).toBeUndefined();
  });

  it.each([
    ['a pickle', Buffer.from('\x80\x04\x95\x10\x00\x00\x00\x00\x00\x00\x00cposix\nsystem\n', 'latin1')],
    ['a compressed joblib', Buffer.from('x\x9cK\xce\x01\x00', 'latin1')],
    ['a zip', Buffer.from(`PK\x03\x04${'\0'.repeat(60)}`, 'latin1')],
    ['a text', Buffer.from('{"family":"logistic"}')],
  ])('take no model file of another kind: %s', async (_what, bytes) => {
    const _csrf = await csrfToken(test.agent, '/account');
    const answer = await test.agent.post('/models').field('_csrf', _csrf).attach('file', bytes, 'm.holdfast');
    expect(answer.status).toBe(422);
    expect(answer.text).not.toContain('    at ');
    expect(await test.context.db('models')).toEqual([]);
  });
});

describe('an upload', () => {
  it.each([
    ['ten thousand fields', Array.from({ length: 10_000 }, (_, i) => `f${i}`)],
    ['a name of fifteen thousand brackets', [`a${'[x]'.repeat(5_000)}`]],
  ])('of %s is refused, and stores nothing', async (_what, names) => {
    const _csrf = await csrfToken(test.agent, '/account');
    const form = new FormData();
    for (const name of ['_csrf', ...names]) form.append(name, _csrf);
    form.append('file', new Blob(['a,b\n1,2\n']), 'a.csv');
    const body = new Response(form);
    const answer = await test.agent
      .post('/batches')
      .set('Content-Type', body.headers.get('content-type')!)
      .send(Buffer.from(await body.arrayBuffer()).toString('latin1'));
    expect(answer.status).toBe(400);
    expect(readdirSync(test.context.config.uploadsDir)).toEqual([]);
  });
});

describe('sign-in', () => {
  it('is in the audit log, refused or not', async () => {
    await signInTry('ada@example.com');
    const rows = await test.context
      .db<{ action: string; subject: string }>('audit_events')
      .whereLike('action', 'session.%')
      .select('action', 'subject');
    expect(rows).toContainEqual({ action: 'session.started', subject: 'Ada Admin' });
    expect(rows).toContainEqual({ action: 'session.refused', subject: 'Ada Admin' });
  });

  it('is limited by the address of the visitor, which no forged header changes', async () => {
    const statuses: number[] = [];
    for (let i = 0; i < 11; i++)
      statuses.push(await signInTry(`nobody-${i}@example.com`, { 'X-Forwarded-For': `198.51.100.${i}` }));
    expect(statuses.slice(0, 3)).toEqual([422, 422, 422]);
    expect(statuses.at(-1)).toBe(429);
  });
});
