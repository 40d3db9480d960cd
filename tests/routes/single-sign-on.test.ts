/** Single sign-on against a real OpenID provider on this machine. */
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestApp, csrfToken, password, setUpOrganisation } from '../helpers/app.ts';
import type { TestApp } from '../helpers/app.ts';
import { startIdentityProvider } from '../helpers/identity-provider.ts';
import type { IdentityProvider } from '../helpers/identity-provider.ts';

type Agent = ReturnType<typeof request.agent>;

const publicUrl = 'http://holdfast.test';
const secret = 's'.repeat(40);
const environment = (issuer: string) => ({
  PUBLIC_URL: publicUrl,
  OIDC_ISSUER: issuer,
  OIDC_CLIENT_ID: 'holdfast',
  OIDC_CLIENT_SECRET: secret,
  OIDC_ADMIN_GROUPS: 'churn-admins',
  OIDC_ANALYST_GROUPS: 'churn-analysts, marketing',
  OIDC_VIEWER_GROUPS: 'staff',
  OIDC_LABEL: 'Sign in with Northwind',
});

let provider: IdentityProvider;
let test: TestApp;
beforeAll(async () => {
  provider = await startIdentityProvider(publicUrl, secret);
  test = await createTestApp(environment(provider.issuer));
  await setUpOrganisation(test);
});
afterAll(async () => {
  await test.close();
  provider.close();
});

/** The way back from the provider, as a path here. */
async function goThrough(agent: Agent, account: string, next = '/'): Promise<string> {
  const { headers } = await agent.get(`/sign-in/single-sign-on?next=${encodeURIComponent(next)}`).expect(303);
  const back = await provider.signIn(account, String(headers['location']));
  return back.slice(publicUrl.length);
}

async function comeFromProvider(account: string, next = '/') {
  const agent = request.agent(test.app);
  const answer = await agent.get(await goThrough(agent, account, next));
  return { agent, answer };
}

const userOf = async (email: string) =>
  (await test.context.db('users').where({ email }).first()) as
    { id: number; role: string; provider_subject: string | null; password_hash: string | null } | undefined;

describe('the first sign-in', () => {
  it('makes a user with the highest role that the groups give, and goes on to the page that was asked for', async () => {
    provider.people['u1'] = {
      email: 'Una@example.com',
      name: 'Una',
      groups: ['staff', 'marketing', 'something else'],
    };
    const sign = (await request(test.app).get('/sign-in?next=/segments')).text;
    expect(sign).toContain('Sign in with Northwind');
    expect(sign).toContain('/sign-in/single-sign-on?next=%2Fsegments');
    const { agent, answer } = await comeFromProvider('u1', '/segments');
    expect(answer.status).toBe(303);
    expect(answer.headers['location']).toBe('/segments');
    await agent.get('/score').expect(200);
    expect(await userOf('una@example.com')).toMatchObject({ role: 'analyst', provider_subject: 'u1' });
  });

  it('is refused in words without a group, and without an address', async () => {
    provider.people['u2'] = { email: 'ulf@example.com', groups: ['canteen'] };
    const { agent, answer } = await comeFromProvider('u2');
    expect(answer.status).toBe(403);
    expect(answer.text).toContain('in no group that may use Holdfast');
    await agent.get('/').expect(303);
    expect(await userOf('ulf@example.com')).toBeUndefined();
    provider.people['u3'] = { groups: 'staff' };
    expect((await comeFromProvider('u3')).answer.status).toBe(403);
  });

  it('takes over a user who exists only if the provider vouches for the address', async () => {
    provider.people['u4'] = { email: 'ada@example.com', groups: ['churn-admins'] };
    expect((await comeFromProvider('u4')).answer.status).toBe(403);
    expect((await userOf('ada@example.com'))?.provider_subject).toBeNull();
    provider.people['u4'] = { ...provider.people['u4'], email_verified: true };
    expect((await comeFromProvider('u4')).answer.status).toBe(303);
    expect(await userOf('ada@example.com')).toMatchObject({ id: 1, provider_subject: 'u4' });
    // Somebody else with the same address is not that user.
    provider.people['u5'] = { ...provider.people['u4'] };
    expect((await comeFromProvider('u5')).answer.status).toBe(403);
  });
});

describe('every sign-in', () => {
  it('gives the role of the groups, by the account and not by its address', async () => {
    const before = await comeFromProvider('u1');
    provider.people['u1'] = { email: 'new@example.com', name: 'Una', groups: ['staff'] };
    const { agent } = await comeFromProvider('u1');
    await agent.get('/score').expect(403);
    expect(await userOf('una@example.com')).toMatchObject({ role: 'viewer' });
    await before.agent.get('/').expect(303);
  });

  it('leaves the last administrator one', async () => {
    provider.people['u4'] = { ...provider.people['u4'], groups: ['staff'] };
    expect((await comeFromProvider('u4')).answer.status).toBe(303);
    expect(await userOf('ada@example.com')).toMatchObject({ role: 'admin' });
  });

  it('is refused to somebody who is disabled here', async () => {
    const una = await userOf('una@example.com');
    await test.context.db('users').where({ id: una!.id }).update({ disabled_at: new Date().toISOString() });
    expect((await comeFromProvider('u1')).answer.text).toContain('disabled');
  });

  it('gives a new session, which ends here and at the provider', async () => {
    const { agent, answer } = await comeFromProvider('u4');
    expect(String(answer.headers['set-cookie'])).toMatch(/holdfast=[^;]+; Path=\/; HttpOnly; SameSite=Lax/);
    const _csrf = await csrfToken(agent, '/account');
    await agent.post('/sign-out').type('form').send({ _csrf }).expect(303);
    await agent.get('/').expect(303);
    expect((await agent.get('/sign-in?signed-out=yes')).text).toContain('Sign out of single sign-on too');
    const { headers } = await agent.get('/sign-in/single-sign-on/sign-out').expect(303);
    expect(headers['location']).toContain(`${provider.issuer}/session/end?post_logout_redirect_uri=`);
  });
});

describe('an answer of the provider', () => {
  it('counts only in the browser that asked, once, and unchanged', async () => {
    const agent = request.agent(test.app);
    const back = await goThrough(agent, 'u4');
    await request(test.app).get(back).expect(400);
    await agent.get(back.replace(/state=[^&]+/, 'state=other')).expect(400);
    await agent.get(back).expect(303);
    await agent.get(back).expect(400);
    await agent.get('/sign-in/single-sign-on/callback?error=access_denied').expect(400);
  });

  it('of an earlier request does not fit the one that is under way', async () => {
    const agent = request.agent(test.app);
    const earlier = await goThrough(agent, 'u4');
    await goThrough(agent, 'u4');
    await agent.get(earlier).expect(400);
  });

  it('never leads to another site', async () => {
    expect((await comeFromProvider('u4', '//evil.example')).answer.headers['location']).toBe('/');
  });
});

describe('where the provider is away', () => {
  it('says so, and passwords still work', async () => {
    const away = await createTestApp(environment('http://127.0.0.1:1'));
    await setUpOrganisation(away);
    const agent = request.agent(away.app);
    const { status, text } = await agent.get('/sign-in/single-sign-on');
    expect(status).toBe(503);
    expect(text).toContain('does not answer');
    const _csrf = await csrfToken(agent, '/sign-in');
    await agent
      .post('/sign-in')
      .type('form')
      .send({ _csrf, email: 'ada@example.com', password })
      .expect('location', '/');
    await away.close();
  });
});

describe('with PASSWORD_SIGN_IN=off', () => {
  it('there is no form for passwords, and none is taken', async () => {
    const only = await createTestApp({ ...environment(provider.issuer), PASSWORD_SIGN_IN: 'off' });
    await setUpOrganisation(only);
    const agent = request.agent(only.app);
    expect((await agent.get('/sign-in')).text).not.toContain('type="password"');
    const form = String((await request(test.app).get('/sign-in')).headers['set-cookie']).split(';')[0]!;
    const answer = await request(only.app)
      .post('/sign-in')
      .set('Cookie', form)
      .type('form')
      .send({ _csrf: form.split('=')[1], email: 'ada@example.com', password });
    expect(answer.status).toBe(403);
    expect(answer.text).toContain('Passwords are switched off');
    await only.close();
  });
});

describe('without a provider', () => {
  it('its addresses are not found', async () => {
    const plain = await createTestApp();
    await setUpOrganisation(plain);
    for (const end of ['', '/callback', '/sign-out'])
      await request(plain.app).get(`/sign-in/single-sign-on${end}`).expect(404);
    expect((await request(plain.app).get('/sign-in')).text).not.toContain('single-sign-on');
    await plain.close();
  });
});
