/** One-time codes after the password: set up, asked for, replaced by recovery codes, required and reset. */
import { TOTP } from 'otpauth';
import request from 'supertest';
import { beforeAll, describe, expect, it } from 'vitest';
import { renewSecondFactors } from '../../src/domain/people/second-factor.ts';
import { readConfig } from '../../src/config.ts';
import { csrfToken, password, signIn } from '../helpers/app.ts';
import { openSite } from '../helpers/site.ts';

type Agent = ReturnType<typeof request.agent>;

const key = 'k'.repeat(32);
const test = openSite('analyst', { SECRETS_KEY: key });
const { pageOf } = test;

let email = '';
let secret = '';
let recoveryCodes: string[] = [];
beforeAll(async () => {
  email = (await userRow()).email;
});

const userRow = async () =>
  (await test.context.db('users').where({ role: 'analyst' }).first()) as {
    id: number;
    email: string;
    second_factor: string | null;
  };

/** Turning it on gives the session a new token. */
const post = async (path: string, fields: object) => {
  const _csrf = await csrfToken(test.agent, '/account');
  return test.agent
    .post(path)
    .type('form')
    .send({ _csrf, ...fields });
};

/** `steps`: of 30 seconds from now. */
const codeAt = (steps: number) => new TOTP({ secret }).generate({ timestamp: Date.now() + steps * 30_000 });

/** As if time had passed: every code counts again. */
const forgetUsedCodes = () => test.context.db('users').update({ second_factor_step: 0 });

/** Gives the page that asks for the code, and what its form holds. */
async function enterPassword(agent: Agent, typed = password) {
  const _csrf = await csrfToken(agent, '/sign-in');
  const { status, text } = await agent.post('/sign-in').type('form').send({ _csrf, email, password: typed });
  const pending = /name="pending" value="([^"]+)"/.exec(text)?.[1] ?? '';
  const enterCode = (code: string) =>
    agent.post('/sign-in/code').type('form').send({ _csrf, pending, next: '/segments', code });
  return { status, text, enterCode };
}

describe('setting up', () => {
  it('shows a key, and turns on only with the password and a code of it', async () => {
    const page = await pageOf('/account/second-factor');
    expect(page).toContain('<svg class="qr-code"');
    secret = /<code>([A-Z2-7 ]{32,})<\/code>/.exec(page)![1]!.replaceAll(' ', '');
    const pending = /name="pending" value="([^"]+)"/.exec(page)![1]!;
    const turnOn = (code: string, currentPassword: string) =>
      post('/account/second-factor', { pending, code, currentPassword });
    expect((await turnOn(codeAt(0), 'not the password')).text).toContain('Incorrect current password');
    const wrong = codeAt(0) === '000000' ? '000001' : '000000';
    const { status, text } = await turnOn(wrong, password);
    expect(status).toBe(422);
    expect(text).toContain('Incorrect code');
    // The same key, so that the app need not be set up again.
    expect(text.replaceAll(' ', '')).toContain(secret);
    expect((await userRow()).second_factor).toBeNull();

    const done = await turnOn(codeAt(0), password);
    expect(done.status).toBe(200);
    recoveryCodes = [...done.text.matchAll(/<code>([0-9a-z]{5}-[0-9a-z]{5})<\/code>/g)].map(
      ([, code]) => code!,
    );
    expect(new Set(recoveryCodes).size).toBe(10);
  });

  it('stores neither the key nor a recovery code as they are', async () => {
    const tables = ['users', 'recovery_codes', 'sessions', 'audit_events'];
    const stored = JSON.stringify(await Promise.all(tables.map((table) => test.context.db(table))));
    for (const text of [secret, ...recoveryCodes, ...recoveryCodes.map((code) => code.replace('-', ''))])
      expect(stored).not.toContain(text);
  });

  it('leaves this session signed in', async () => {
    expect(await pageOf('/account/second-factor')).toContain('10 of 10 recovery codes are left.');
  });
});

describe('signing in', () => {
  it('asks for a code after the right password, and goes on to the page that was asked for', async () => {
    const agent = request.agent(test.app);
    const { status, text, enterCode } = await enterPassword(agent);
    expect(status).toBe(200);
    expect(text).toContain('Enter your code');
    await agent.get('/').expect(303);
    await enterCode(codeAt(1)).expect(303).expect('location', '/segments');
    await agent.get('/').expect(200);
  });

  it('refuses a code that has been used, and one before it, with 401', async () => {
    const { enterCode } = await enterPassword(request.agent(test.app));
    expect((await enterCode(codeAt(1)).expect(401)).text).toContain('has been used already');
    await enterCode(codeAt(0)).expect(401);
  });

  it('takes a code of the step before or after, and none further away', async () => {
    for (const [steps, status] of [
      [-3, 422],
      [3, 422],
      [0, 303],
    ] as const) {
      await forgetUsedCodes();
      const { enterCode } = await enterPassword(request.agent(test.app));
      await enterCode(codeAt(steps)).expect(status);
    }
  });

  it('takes each recovery code once', async () => {
    const [code = ''] = recoveryCodes;
    const first = await enterPassword(request.agent(test.app));
    await first.enterCode(code.toUpperCase()).expect(303);
    const second = await enterPassword(request.agent(test.app));
    await second.enterCode(code).expect(422);
    expect(await pageOf('/account/second-factor')).toContain('9 of 10 recovery codes are left.');
  });

  it('is worth nothing where the waiting sign-in is not one that this server sealed', async () => {
    const agent = request.agent(test.app);
    const _csrf = await csrfToken(agent, '/sign-in');
    await forgetUsedCodes();
    for (const pending of ['', 'x', Buffer.from('{"id":1}').toString('base64')])
      await agent
        .post('/sign-in/code')
        .type('form')
        .send({ _csrf, pending, code: codeAt(0) })
        .expect('location', '/sign-in');
  });

  it('refuses the sixth wrong code, although the password is right each time', async () => {
    await test.context.db('rate_limits').delete();
    const statuses: number[] = [];
    for (let i = 0; i < 6; i++) {
      const { enterCode } = await enterPassword(request.agent(test.app));
      statuses.push((await enterCode('0000')).status);
      // That of the address is another limit.
      await test.context.db('rate_limits').where('key', 'like', 'address:%').delete();
    }
    expect(statuses).toEqual([422, 422, 422, 422, 422, 429]);
    await test.context.db('rate_limits').delete();
  });

  it('goes on with a new SECRETS_KEY', async () => {
    const { db } = test.context;
    const before = (await userRow()).second_factor;
    const config = readConfig({ SECRETS_KEY: `${'n'.repeat(32)},${key}` });
    await renewSecondFactors({ db, config });
    expect((await userRow()).second_factor).not.toBe(before);
    await renewSecondFactors({ db, config: readConfig({ SECRETS_KEY: `${key},${'n'.repeat(32)}` }) });
    await forgetUsedCodes();
    const { enterCode } = await enterPassword(request.agent(test.app));
    await enterCode(codeAt(0)).expect(303);
  });
});

describe('with a second factor', () => {
  const short = 'gnu7 ivy';

  it('a password may have 8 characters, if it is not easy to guess', async () => {
    const change = (next: string) =>
      post('/account/password', { currentPassword: password, password: next, repeated: next });
    expect((await change('gnu7ivy')).text).toContain('Use at least 8 characters.');
    for (const easy of ['password1', 'qwertyuiop', 'iloveyou', 'sunshine1'])
      expect((await change(easy)).text).toContain('easy to guess');
    expect((await change(short)).status).toBe(303);
  });

  it('turning it off needs a password that can stand alone', async () => {
    await forgetUsedCodes();
    const off = await post('/account/second-factor/removal', { currentPassword: short, code: codeAt(0) });
    expect(off.status).toBe(422);
    expect(off.text).toContain('Without a second factor a password needs at least 15 characters');
    expect((await userRow()).second_factor).not.toBeNull();
  });

  it('new recovery codes replace the earlier ones', async () => {
    await forgetUsedCodes();
    const { text } = await post('/account/second-factor/recovery-codes', {
      currentPassword: short,
      code: codeAt(0),
    });
    const [code = ''] = /[0-9a-z]{5}-[0-9a-z]{5}(?=<)/.exec(text) ?? [];
    const { enterCode } = await enterPassword(request.agent(test.app), short);
    await enterCode(recoveryCodes[1]!).expect(422);
    await enterCode(code).expect(303);
  });

  it('it is turned off with a password of 15 characters and a code', async () => {
    await post('/account/password', { currentPassword: short, password, repeated: password });
    await forgetUsedCodes();
    const off = await post('/account/second-factor/removal', { currentPassword: password, code: codeAt(0) });
    expect(off.status).toBe(303);
    expect((await enterPassword(request.agent(test.app))).status).toBe(303);
  });
});

describe('an administrator', () => {
  let admin: Agent;
  let _csrf = '';
  const send = (path: string, fields: object = {}) =>
    admin
      .post(path)
      .type('form')
      .send({ _csrf, ...fields });
  beforeAll(async () => {
    admin = await signIn(test, 'admin');
    _csrf = await csrfToken(admin, '/account');
  });

  it('resets it with the password, which ends the sessions, and the log says so', async () => {
    const { id } = await userRow();
    await test.context.db('users').where({ id }).update({ second_factor: 'encrypted' });
    expect((await admin.get(`/admin/users/${id}`)).text).toContain('<dt>Second factor</dt><dd>On</dd>');
    const { headers } = await send(`/admin/users/${id}/second-factor-reset`).expect(303);
    expect((await admin.get(String(headers['location']))).text).toContain('/password/');
    expect((await userRow()).second_factor).toBeNull();
    expect(await test.context.db('recovery_codes').where({ user_id: id })).toEqual([]);
    await test.agent.get('/').expect(303);
    expect((await admin.get('/admin/audit')).text).toContain('User: second factor reset');
  });

  it('can require it of everybody: nothing else is open before it is set up', async () => {
    await send('/admin/users/second-factor', { required: 'yes' }).expect(303);
    await admin.get('/admin/users').expect(303).expect('location', '/account/second-factor');
    await send('/account', { name: 'Ada', theme: 'dark' }).expect(403);
    expect((await admin.get('/account/second-factor')).text).toContain('Your organisation requires');
    await admin.get('/glossary').expect('location', '/account/second-factor');
  });
});

describe('without SECRETS_KEY', () => {
  const bare = openSite('admin');

  it('the page says what is missing, and it cannot be required', async () => {
    expect(await bare.pageOf('/account/second-factor')).toContain('SECRETS_KEY');
    await bare.post('/admin/users/second-factor', { required: 'yes' }).expect(409);
  });
});
