import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSetupToken, inviteUser } from '../../src/domain/people/accounts.ts';
import { getSettings } from '../../src/store/settings.ts';
import { createTestApp, csrfToken, password, setUpOrganisation, signIn } from '../helpers/app.ts';
import type { TestApp } from '../helpers/app.ts';

let test: TestApp;
beforeAll(async () => {
  test = await createTestApp();
});
afterAll(() => test.close());

describe('set-up', () => {
  it('sends everybody to the explanation until an administrator exists', async () => {
    await request(test.app).get('/sign-in').expect(303).expect('location', '/setup');
  });

  it('shows every problem at once, keeps what was typed but for the password, and creates nothing', async () => {
    const token = await createSetupToken(test.context.db);
    const agent = request.agent(test.app);
    const _csrf = await csrfToken(agent, `/setup/${token}`);
    const answer = await agent.post(`/setup/${token}`).type('form').send({
      _csrf,
      name: '',
      email: 'nobody',
      password: 'short',
      organisation: 'Northwind',
      currency: 'EUR',
      timeZone: 'Moon',
    });
    expect(answer.status).toBe(422);
    expect(answer.text).toContain('<title>Error: ');
    const summary = /error-summary[\s\S]*?<\/ul>/.exec(answer.text)![0];
    expect([...summary.matchAll(/href="#(\w+)"/g)].map(([, id]) => id)).toEqual([
      'name',
      'email',
      'password',
      'timeZone',
    ]);
    expect(answer.text).toContain('value="Northwind"');
    expect(answer.text).not.toContain('value="short"');
    expect((await getSettings(test.context.db)).setUpAt).toBeNull();
  });

  it('works once', async () => {
    const token = await createSetupToken(test.context.db);
    const agent = request.agent(test.app);
    const _csrf = await csrfToken(agent, `/setup/${token}`);
    const form = {
      _csrf,
      name: 'Ada Admin',
      email: 'ada@example.com',
      password,
      organisation: 'Northwind',
      currency: 'EUR',
      timeZone: 'UTC',
    };
    await agent.post(`/setup/${token}`).type('form').send(form).expect(303).expect('location', '/');
    await agent.get('/').expect(200);
    await request(test.app).get(`/setup/${token}`).expect(404);
  });
});

describe('sign-in', () => {
  it('says the same of an unknown address and of a wrong password, and keeps the address', async () => {
    const say = async (email: string) => {
      const agent = request.agent(test.app);
      const _csrf = await csrfToken(agent, '/sign-in');
      const { status, text } = await agent
        .post('/sign-in')
        .type('form')
        .send({ _csrf, email, password: 'not the password at all' });
      expect(status).toBe(422);
      expect(text).toContain(`value="${email}"`);
      return /error-summary[\s\S]*?<\/ul>/.exec(text)![0];
    };
    const said = await say('ada@example.com');
    expect(said).toContain('Incorrect email or password.');
    expect(said).toBe(await say('nobody@example.com'));
  });

  it('returns to the page that was asked for, never to another site', async () => {
    const agent = request.agent(test.app);
    const asked = await agent.get('/customers?risk=high').expect(303);
    const way = String(asked.headers['location']);
    const _csrf = await csrfToken(agent, way);
    const next = new URL(way, 'http://here').searchParams.get('next');
    await agent
      .post('/sign-in')
      .type('form')
      .send({ _csrf, next, email: 'ada@example.com', password })
      .expect('location', '/customers?risk=high');

    const lured = request.agent(test.app);
    await lured.get('//evil.example/');
    const token = await csrfToken(lured, '/sign-in');
    const answer = await lured
      .post('/sign-in')
      .type('form')
      .send({ _csrf: token, next: '//evil.example/', email: 'ada@example.com', password });
    expect(answer.headers['location']).toBe('/');
  });

  it('gives a new session identifier, and the old one is worth nothing', async () => {
    const agent = request.agent(test.app);
    const before = String((await agent.get('/sign-in')).headers['set-cookie']);
    const _csrf = await csrfToken(agent, '/sign-in');
    const after = String(
      (await agent.post('/sign-in').type('form').send({ _csrf, email: 'ada@example.com', password })).headers[
        'set-cookie'
      ],
    );
    expect(after).not.toBe(before);
    expect(after).toMatch(/HttpOnly; SameSite=Lax/);
    await request(test.app).get('/').set('Cookie', before.split(';')[0]!).expect(303);
  });

  it('ends with sign-out: the cookie does not work again', async () => {
    const agent = await signIn(test, 'viewer');
    const cookie = String((await agent.get('/')).headers['set-cookie']).split(';')[0]!;
    const _csrf = await csrfToken(agent, '/account');
    await agent.post('/sign-out').type('form').send({ _csrf }).expect(303);
    await request(test.app).get('/').set('Cookie', cookie).expect(303);
  });

  it('refuses the sixth try on an account, with the time to wait, and running sessions go on', async () => {
    const victim = await signIn(test, 'viewer');
    const { user } = await inviteUser(
      test.context.db,
      { id: 1, email: '', name: '', role: 'admin', theme: 'system' },
      { name: 'Vic', email: 'vic@example.com', role: 'viewer' },
    );
    const agent = request.agent(test.app);
    const _csrf = await csrfToken(agent, '/sign-in');
    const attempt = () =>
      agent
        .post('/sign-in')
        .type('form')
        .send({ _csrf, email: user.email, password: 'wrong wrong wrong wrong' });
    const statuses: number[] = [];
    for (let i = 0; i < 6; i++) statuses.push((await attempt()).status);
    expect(statuses).toEqual([422, 422, 422, 422, 422, 429]);
    expect(Number((await attempt()).headers['retry-after'])).toBeGreaterThan(0);
    await victim.get('/').expect(200);
  });

  it('takes no password from the address', async () => {
    const agent = request.agent(test.app);
    const _csrf = await csrfToken(agent, '/sign-in');
    const address = new URLSearchParams({ email: 'ada@example.com', password });
    await agent.post(`/sign-in?${address.toString()}`).type('form').send({ _csrf }).expect(422);
    await agent.get('/').expect(303);
  });

  it('refuses a huge password before hashing it', async () => {
    const agent = request.agent(test.app);
    await agent
      .post('/sign-in')
      .type('form')
      .send({ email: 'ada@example.com', password: 'x'.repeat(1_000_000) })
      .expect(413);
  });
});

describe('people', () => {
  const linkIn = (text: string) => /http:\/\/[^<]*(\/password\/[\w-]+)/.exec(text)?.[1];

  it('are invited by a link that stays on its page until another is opened, and works once', async () => {
    const admin = await signIn(await freshApp(), 'admin');
    const _csrf = await csrfToken(admin, '/admin/users');
    const answer = await admin
      .post('/admin/users')
      .type('form')
      .send({ _csrf, name: 'Ben', email: 'ben@example.com', role: 'analyst' })
      .expect(303);
    expect(String(answer.headers['set-cookie'])).toMatch(
      /holdfast-link=[^;]+; Max-Age=900; Path=\/admin\/users\/\d+;.* HttpOnly; SameSite=Strict/,
    );
    const page = String(answer.headers['location']);
    const path = linkIn((await admin.get(page).expect(200)).text)!;
    expect(linkIn((await admin.get(page)).text)).toBe(path);
    const stored = JSON.stringify(await fresh!.context.db('sessions'));
    expect(stored).not.toContain(path.split('/').at(-1));
    await admin.get('/admin/users').expect(200);
    expect(linkIn((await admin.get(page)).text)).toBeUndefined();
    const ben = request.agent(fresh!.app);
    const token = await csrfToken(ben, path);
    await ben.post(path).type('form').send({ _csrf: token, password, repeated: password }).expect(303);
    await ben.get('/score').expect(200);
    await request(fresh!.app).get(path).expect(404);
  });

  it('see a link only where it was made, and only while it can be used', async () => {
    const admin = await signIn(fresh!, 'admin');
    const _csrf = await csrfToken(admin, '/admin/users');
    const reset = async () => {
      const [{ id }] = (await fresh!.context.db('users').where({ name: 'Ben' })) as [{ id: number }];
      const { headers } = await admin.post(`/admin/users/${id}/password-reset`).type('form').send({ _csrf });
      return String(headers['location']);
    };
    const page = await reset();
    const path = linkIn((await admin.get(page)).text)!;
    const planted = `holdfast-link=${path.split('/').at(-1)!}`;
    const other = await signIn(fresh!, 'admin');
    expect(linkIn((await other.get(page).set('Cookie', planted)).text)).toBeUndefined();
    const ben = request.agent(fresh!.app);
    const token = await csrfToken(ben, path);
    await ben.post(path).type('form').send({ _csrf: token, password, repeated: password }).expect(303);
    expect(linkIn((await admin.get(page)).text)).toBeUndefined();
  });

  it('lose their session at once when disabled, and the last administrator stays', async () => {
    const analyst = await signIn(fresh!, 'analyst');
    const admin = await signIn(fresh!, 'admin');
    const _csrf = await csrfToken(admin, '/admin/users');
    const id = (await fresh!.context.db('users').max({ id: 'id' }).first<{ id: number }>()).id;
    await analyst.get('/').expect(200);
    await admin.post(`/admin/users/${id}/disabling`).type('form').send({ _csrf }).expect(303);
    await analyst.get('/').expect(303);
    await admin.post('/admin/users/1/disabling').type('form').send({ _csrf }).expect(409);
    await admin.post('/admin/users/1/role').type('form').send({ _csrf, role: 'viewer' }).expect(409);
  });
});

let fresh: TestApp | undefined;
async function freshApp(): Promise<TestApp> {
  fresh = await createTestApp();
  await setUpOrganisation(fresh);
  return fresh;
}
afterAll(() => fresh?.close());
