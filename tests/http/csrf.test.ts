import { once } from 'node:events';
import { request as rawRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestApp, csrfToken, setUpOrganisation, signIn } from '../helpers/app.ts';
import type { TestApp } from '../helpers/app.ts';

let test: TestApp;
let agent: Awaited<ReturnType<typeof signIn>>;
let _csrf: string;
beforeAll(async () => {
  test = await createTestApp();
  await setUpOrganisation(test);
  agent = await signIn(test, 'admin');
  _csrf = await csrfToken(agent, '/account');
});
afterAll(() => test.close());

const form = { name: 'Ada', theme: 'dark' };
const save = (headers: Record<string, string>) =>
  agent
    .post('/account')
    .set(headers)
    .type('form')
    .send({ _csrf, ...form });
const uploads = ['/batches', '/datasets', '/models'];

describe('a form with the right token', () => {
  it.each([
    [{ Origin: 'https://evil.example' }, 403],
    [{ Origin: 'null' }, 403],
    [{ 'Sec-Fetch-Site': 'cross-site' }, 403],
    [{ 'Sec-Fetch-Site': 'same-site' }, 403],
    [{ 'Sec-Fetch-Site': 'same-origin' }, 303],
    [{ Host: 'holdfast.lan:3000', Origin: 'http://holdfast.lan:3000' }, 303],
    [{}, 303],
  ])('from %j is answered with %i', async (headers, status) => {
    expect((await save(headers as Record<string, string>)).status).toBe(status);
  });
});

describe('pages that are opened at once after signing in', () => {
  it('hold the same token, so that the forms of all of them are taken', async () => {
    const ada = await signIn(test, 'admin');
    const tokens = await Promise.all([1, 2, 3].map(() => csrfToken(ada, '/account')));
    expect(new Set(tokens).size).toBe(1);
  });
});

describe('an upload', () => {
  it('has its token in the form, never in the address', async () => {
    for (const path of uploads) {
      const { text } = await agent.get(path).redirects(1);
      expect(text).toContain(`action="${path}"`);
      expect(text).not.toMatch(/[?&](_?csrf|token)=/);
    }
  });

  it('without a token, with one in the address, or with one behind the file stores nothing', async () => {
    const file = Buffer.from('a,b\n1,2\n');
    for (const path of uploads) {
      await agent.post(path).attach('file', file, 'a.csv').expect(403);
      await agent.post(`${path}?csrf=${_csrf}`).attach('file', file, 'a.csv').expect(403);
      await agent.post(path).attach('file', file, 'a.csv').field('_csrf', _csrf).expect(403);
    }
    expect(readdirSync(test.context.config.uploadsDir)).toEqual([]);
    expect(await test.context.db('datasets')).toEqual([]);
  });

  it.each([
    [
      'cut off',
      'multipart/form-data; boundary=x',
      '--x\r\nContent-Disposition: form-data; name="_csrf"\r\n\r\nTOKEN\r\n--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\na,b',
    ],
    ['without a boundary', 'multipart/form-data', 'x'],
    [
      'with a NUL in the name of a field',
      'multipart/form-data; boundary=x',
      '--x\r\nContent-Disposition: form-data; name="_csrf"\r\n\r\nTOKEN\r\n--x\r\nContent-Disposition: form-data; name="na\0me"\r\n\r\na\r\n--x--\r\n',
    ],
    [
      'with a NUL in the name of its file',
      'multipart/form-data; boundary=x',
      '--x\r\nContent-Disposition: form-data; name="_csrf"\r\n\r\nTOKEN\r\n--x\r\nContent-Disposition: form-data; name="file"; filename="a\0.csv"\r\n\r\na,b\r\n1,2\r\n--x--\r\n',
    ],
    ['with a broken head', 'multipart/form-data; boundary=x', '--x\r\nno head\r\n\r\nx\r\n--x--\r\n'],
  ])('%s is answered with 400', async (_what, type, body) => {
    const answer = await agent.post('/batches').set('Content-Type', type).send(body.replace('TOKEN', _csrf));
    expect(answer.status).toBe(400);
    expect(readdirSync(test.context.config.uploadsDir)).toEqual([]);
  });
});

describe('odd requests', () => {
  it('a NUL in a form is answered with 400', async () => {
    await agent.post('/account').type('form').send(`_csrf=${_csrf}&name=a%00b&theme=dark`).expect(400);
    await agent.post('/account').type('form').send(`_csrf=${_csrf}&na%00me=a&theme=dark`).expect(400);
  });

  it('JSON is refused however its length is stated, and a missing file is not found', async () => {
    const json = { 'Content-Type': 'application/json', 'Transfer-Encoding': 'chunked' };
    const sent = agent.post('/account').set(json);
    sent.write('{}');
    expect((await sent).status).toBe(415);
    expect((await agent.get('/assets/no-such.css').expect(404)).text).toContain('There is no such page');
  });

  it('OPTIONS * is answered, and other addresses that are none are refused', async () => {
    const server = test.app.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const ask = (method: string, path: string) =>
      new Promise((done, fail) => {
        rawRequest({ port, host: '127.0.0.1', method, path }, (res) => {
          res.resume();
          done(res.statusCode);
        })
          .on('error', fail)
          .end();
      });
    try {
      expect(await ask('OPTIONS', '*')).toBe(204);
      expect(await ask('GET', '*')).toBe(400);
    } finally {
      server.close();
    }
  });
});
