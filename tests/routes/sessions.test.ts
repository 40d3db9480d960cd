/** The list of sessions: one's own on the account page, those of others for administrators. */
import request from 'supertest';
import { beforeAll, describe, expect, it } from 'vitest';
import { csrfToken, password, signIn } from '../helpers/app.ts';
import { openSite } from '../helpers/site.ts';

type Agent = ReturnType<typeof request.agent>;

const test = openSite('analyst');
const { post, pageOf } = test;
const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';

let user: { id: number; email: string };
beforeAll(async () => {
  user = (await test.context.db('users').where({ role: 'analyst' }).first()) as typeof user;
});

async function signInElsewhere(): Promise<Agent> {
  const agent = request.agent(test.app).set('User-Agent', firefox);
  const _csrf = await csrfToken(agent, '/sign-in');
  await agent.post('/sign-in').type('form').send({ _csrf, email: user.email, password }).expect(303);
  return agent;
}

/** What stands in the forms that end one session. */
const listedIn = (page: string): string[] =>
  [...page.matchAll(/name="session" value="([^"]+)"/g)].map(([, id]) => id!);

describe('your sessions', () => {
  it('are listed with device, address and times, and this one is marked', async () => {
    await signInElsewhere();
    const page = await pageOf('/account');
    expect(page).toContain('Firefox on Linux');
    expect(page).toContain('127.0.0.1');
    expect(page.match(/This device/g)).toHaveLength(1);
    expect(listedIn(page)).toHaveLength(1);
  });

  it('end at once when you sign out a device, and the others go on', async () => {
    const before = listedIn(await pageOf('/account'));
    const other = await signInElsewhere();
    const [session = ''] = listedIn(await pageOf('/account')).filter((id) => !before.includes(id));
    await post('/account/sessions/removal', { session }).expect(303);
    await other.get('/').expect(303);
    await pageOf('/');
    await post('/account/sessions/removal', { session }).expect(404);
    await post('/account/sessions/removal', { session: 'x' }).expect(422);
  });

  it('are not those of others', async () => {
    const admin = await signIn(test, 'admin');
    const [theirs] = (await test.context.db('sessions').where({ user_id: 1 })) as { sid: string }[];
    await post('/account/sessions/removal', { session: theirs!.sid }).expect(404);
    await admin.get('/').expect(200);
  });

  it('are listed no more once the password has changed', async () => {
    const other = await signInElsewhere();
    await post('/account/password', { currentPassword: password, password, repeated: password }).expect(303);
    await other.get('/').expect(303);
    expect(listedIn(await pageOf('/account'))).toEqual([]);
  });
});

describe('an administrator', () => {
  it('ends a session of somebody else, or all of them', async () => {
    const admin = await signIn(test, 'admin');
    const _csrf = await csrfToken(admin, '/account');
    const [first, second] = [await signInElsewhere(), await signInElsewhere()];
    const page = (await admin.get(`/admin/users/${user.id}`)).text;
    expect(page).toContain('Firefox on Linux');
    const send = (path: string, fields: object) =>
      admin
        .post(`/admin/users/${user.id}/${path}`)
        .type('form')
        .send({ _csrf, ...fields });
    await send('sessions/removal', { session: listedIn(page)[0] }).expect(303);
    const answers = [await first.get('/'), await second.get('/')];
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 303]);
    await send('sign-out', {}).expect(303);
    for (const agent of [first, second, test.agent]) await agent.get('/').expect(303);
    expect((await admin.get('/admin/audit')).text).toContain('Session: ended everywhere');
  });
});

describe('signing out everywhere', () => {
  it('ends this session too', async () => {
    const [here, there] = [await signInElsewhere(), await signInElsewhere()];
    const _csrf = await csrfToken(here, '/account');
    await here
      .post('/account/sign-out')
      .type('form')
      .send({ _csrf })
      .expect('location', /^\/sign-in/);
    for (const agent of [here, there]) await agent.get('/').expect(303);
    expect(await test.context.db('sessions').where({ user_id: user.id })).toEqual([]);
  });
});
