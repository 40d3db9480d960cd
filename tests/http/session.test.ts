import express from 'express';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sessions } from '../../src/http/session.ts';
import { createTestApp, csrfToken, setUpOrganisation, signIn } from '../helpers/app.ts';
import type { TestApp } from '../helpers/app.ts';

let test: TestApp;
beforeAll(async () => {
  test = await createTestApp();
  await setUpOrganisation(test);
});
afterAll(() => test.close());

const countSessions = async (): Promise<number> =>
  Number((await test.context.db('sessions').count({ n: '*' }).first())?.n);

describe('the store of sessions', () => {
  it('makes no queries of its own, so that the database can be closed at once', async () => {
    const statements: string[] = [];
    const note = ({ sql }: { sql: string }) => statements.push(sql);
    test.context.db.on('query', note);
    sessions(test.context);
    await new Promise((resume) => setTimeout(resume, 50));
    test.context.db.removeListener('query', note);
    expect(statements).toEqual([]);
  });
});

describe('a session', () => {
  it('that was signed out is not brought back by a request that was under way', async () => {
    const app = express();
    let arrive = (): void => undefined;
    let release = (): void => undefined;
    const arrived = new Promise<void>((done) => (arrive = done));
    const released = new Promise<void>((done) => (release = done));
    app.use(sessions(test.context));
    app.get('/in', (req, res) => {
      req.session.passport = {
        user: { id: 1, epoch: 0, signedInAt: Date.now(), userAgent: '', address: '127.0.0.1' },
      };
      res.end();
    });
    app.get('/slow', async (req, res) => {
      arrive();
      await released;
      req.session.seenAt = Date.now();
      res.end();
    });
    app.get('/out', (req, res) => {
      req.session.destroy(() => res.end());
    });
    app.get('/who', (req, res) => {
      res.json({ userId: req.session.passport?.user?.id ?? null });
    });
    const before = await countSessions();
    const cookie = String((await request(app).get('/in')).headers['set-cookie']).split(';')[0]!;
    const slow = request(app).get('/slow').set('Cookie', cookie).then();
    await arrived;
    await request(app).get('/out').set('Cookie', cookie);
    release();
    await slow;
    expect((await request(app).get('/who').set('Cookie', cookie)).body).toEqual({ userId: null });
    expect(await countSessions()).toBe(before);
  });

  it('is not created for anonymous visitors', async () => {
    const before = await countSessions();
    const stranger = request.agent(test.app);
    for (const path of ['/', '/sign-in', '/nope', '/customers?risk=high', `/setup/${'x'.repeat(43)}`])
      await stranger.get(path).set('Accept', 'text/html');
    const _csrf = await csrfToken(stranger, '/sign-in');
    await stranger
      .post('/sign-in')
      .type('form')
      .send({ _csrf, email: 'a@example.com', password: 'x' })
      .expect(422);
    await stranger.post('/account').type('form').send({ name: 'x' }).expect(401);
    expect(await countSessions()).toBe(before);
  });

  it('is gone from the table after sign-out', async () => {
    const before = await countSessions();
    const agent = await signIn(test, 'admin');
    expect(await countSessions()).toBe(before + 1);
    const _csrf = await csrfToken(agent, '/account');
    const { headers } = await agent.post('/sign-out').type('form').send({ _csrf }).expect(303);
    expect((await agent.get(String(headers['location']))).text).toContain('You have signed out.');
    expect(await countSessions()).toBe(before);
  });
});
