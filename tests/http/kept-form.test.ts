import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readKeptForm } from '../../src/http/kept-form.ts';
import { createTestApp, csrfToken, password, setUpOrganisation, signIn } from '../helpers/app.ts';
import type { TestApp } from '../helpers/app.ts';

let test: TestApp;
beforeAll(async () => {
  test = await createTestApp();
  await setUpOrganisation(test);
});
afterAll(() => test.close());

const hidden = (html: string, name: string): string =>
  (new RegExp(`name="${name}" value="([^"]*)"`).exec(html)?.[1] ?? '')
    .replaceAll('&#34;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');

async function lateForm(form: object, path = '/account') {
  const agent = await signIn(test, 'admin');
  const _csrf = await csrfToken(agent, '/account');
  await test.context.db('sessions').delete();
  return {
    agent,
    answer: await agent
      .post(path)
      .type('form')
      .send({ _csrf, ...form }),
  };
}

describe('a form that arrives after its session has ended', () => {
  it('is shown after sign-in and sent with a fresh token', async () => {
    const { agent, answer } = await lateForm({ name: 'Ada <b>Late</b>', theme: 'dark' });
    expect(answer.status).toBe(401);
    expect(answer.text).toContain('What you entered is kept on this\npage');
    const kept = hidden(answer.text, 'kept');
    const credentials = { email: 'ada@example.com', password };
    const wrong = await agent
      .post('/sign-in')
      .type('form')
      .send({ ...credentials, password: 'wrong', kept, _csrf: hidden(answer.text, '_csrf') })
      .expect(422);
    const shown = await agent
      .post('/sign-in')
      .type('form')
      .send({ ...credentials, kept: hidden(wrong.text, 'kept'), _csrf: hidden(wrong.text, '_csrf') })
      .expect(200);
    expect(shown.text).toContain('action="/account"');
    expect(shown.text).toContain('Ada &lt;b&gt;Late');
    expect(shown.text).toContain('You were changing your account.');
    expect(shown.text).toContain('<dt>Theme</dt><dd>Dark</dd>');
    const fresh = hidden(shown.text, '_csrf');
    await agent
      .post('/account')
      .type('form')
      .send({ _csrf: fresh, name: 'Ada Late', theme: 'dark' })
      .expect(303);
    expect((await agent.get('/account')).text).toContain('Ada Late');
  });

  it.each([
    [
      'holds a password',
      { currentPassword: 'my old secret', password: 'my new secret' },
      '/account/password',
    ],
    ['is too long to be sent again', { name: 'x'.repeat(70_000) }, '/account'],
  ])('is not kept when it %s', async (_why, form, path) => {
    const { answer } = await lateForm(form, path);
    expect(answer.status).toBe(303);
    expect(answer.headers['location']).toMatch(/^\/sign-in/);
  });

  it('never sends anything to another site', () => {
    expect(readKeptForm('{"path":"//evil.example","fields":[]}')?.path).toBe('/');
    for (const text of ['', 'x', '[]', '{"path":1}', undefined]) expect(readKeptForm(text)).toBeNull();
  });

  it('from another site without a session is refused before anything is kept', async () => {
    await request(test.app)
      .post('/account')
      .set('Origin', 'https://evil.example')
      .type('form')
      .send({ name: 'x' })
      .expect(403);
  });
});

describe('a form with the token of an earlier session', () => {
  const here = { 'Sec-Fetch-Site': 'same-origin' };
  const credentials = { email: 'ada@example.com', password };

  /** One tab holds a form; then the same browser signs in again in another. */
  async function signedInAgain() {
    const agent = await signIn(test, 'admin');
    const old = await csrfToken(agent, '/account');
    await agent.post('/sign-out').type('form').send({ _csrf: old }).expect(303);
    const late = await csrfToken(agent, '/sign-in');
    await agent
      .post('/sign-in')
      .type('form')
      .send({ ...credentials, _csrf: late })
      .expect(303);
    return { agent, old, late };
  }

  it('is shown and sent with a fresh token', async () => {
    const { agent, old } = await signedInAgain();
    const form = { name: 'Ada <b>Again</b>', theme: 'dark' };
    const shown = await agent
      .post('/account')
      .set(here)
      .type('form')
      .send({ _csrf: old, ...form })
      .expect(403);
    expect(shown.text).toContain('You signed in again after you opened the page');
    expect(hidden(shown.text, 'name')).toBe(form.name);
    const fresh = hidden(shown.text, '_csrf');
    await agent
      .post('/account')
      .set(here)
      .type('form')
      .send({ _csrf: fresh, ...form, name: 'Ada Again' })
      .expect(303);
    expect((await agent.get('/account')).text).toContain('Ada Again');
  });

  it.each([
    ['from another site', { 'Sec-Fetch-Site': 'cross-site' }, '/account', { name: 'x' }],
    ['from another origin', { Origin: 'https://evil.example' }, '/account', { name: 'x' }],
    ['from who knows where', {}, '/account', { name: 'x' }],
    ['with a password', here, '/account/password', { currentPassword: 'my old secret' }],
  ])('is refused %s', async (_why, headers, path, form) => {
    const { agent, old } = await signedInAgain();
    const answer = await agent
      .post(path)
      .set(headers)
      .type('form')
      .send({ _csrf: old, ...form })
      .expect(403);
    expect(answer.text).not.toContain('Send your form?');
  });

  it('that signs in continues with the form kept in its page', async () => {
    const { agent, late } = await signedInAgain();
    const sendAgain = (form: object) =>
      agent
        .post('/sign-in')
        .set(here)
        .type('form')
        .send({ ...credentials, _csrf: late, ...form });
    const answer = await sendAgain({ next: '/analytics' }).expect(303);
    expect(answer.headers['location']).toBe('/analytics');
    const kept = JSON.stringify({ path: '/account', fields: [['name', 'Ada Waited']] });
    expect((await sendAgain({ kept }).expect(200)).text).toContain('Ada Waited');
  });
});
