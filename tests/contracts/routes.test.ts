import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../src/app.ts';
import { createRoutes } from '../../src/routes/index.ts';
import { createKeptFigures } from '../../src/routes/kept-figures.ts';
import { accessOf } from '../../src/http/authorize.ts';
import { activateSmallModel, createTestApp, setUpOrganisation, signIn } from '../helpers/app.ts';
import type { TestApp } from '../helpers/app.ts';

interface RouteLayer {
  readonly route?: {
    readonly path: string;
    readonly stack: readonly { readonly method?: string; readonly handle: never }[];
  };
}

const open = new Set([
  '/health/live',
  '/health/ready',
  '/setup',
  '/setup/:token',
  '/sign-in',
  '/sign-in/code',
  '/sign-in/single-sign-on',
  '/sign-in/single-sign-on/callback',
  '/sign-in/single-sign-on/sign-out',
  '/sign-out',
  '/password/:token',
]);

let test: TestApp;
let routes: { path: string; method: string; access: ReturnType<typeof accessOf> }[];

beforeAll(async () => {
  test = await createTestApp();
  await setUpOrganisation(test);
  await activateSmallModel(test);
  const layers = createRoutes(test.context, createKeptFigures(test.context))
    .stack as unknown as readonly RouteLayer[];
  routes = layers.flatMap(({ route }) =>
    route?.stack[0]?.method
      ? [{ path: route.path, method: route.stack[0].method, access: accessOf(route.stack[0].handle) }]
      : [],
  );
});
afterAll(() => test.close());

const at = (path: string): string => path.replace(':token', 'x'.repeat(43)).replace(/:\w+/g, '1');

describe('every route', () => {
  it('is one of the map, and there are many', () => {
    expect(routes.length).toBeGreaterThan(50);
  });

  it('declares a permission', () => {
    expect(routes.filter(({ access }) => access === undefined)).toEqual([]);
  });

  it('requires sign-in, except for sign-in, set-up, password links and health checks', async () => {
    for (const { path, method, access } of routes) {
      if (open.has(path)) {
        expect(access, path).toBe('everyone');
        continue;
      }
      const answer = await request(test.app)[method as 'get'](at(path)).set('Accept', 'text/html');
      const where = String(answer.headers['location']).replace(/\?next=.*/, '');
      expect([answer.status, where], `${method} ${path}`).toEqual([303, '/sign-in']);
    }
  });

  it('that changes something refuses a request without the token of its session', async () => {
    const agent = await signIn(test, 'admin');
    for (const { path } of routes.filter(({ method }) => method === 'post')) {
      const answer = await agent.post(at(path)).type('form').send({ name: 'x' });
      expect(answer.status, path).toBe(403);
    }
  });

  it('answers a wrong method with 405 and the methods that it has', async () => {
    const agent = await signIn(test, 'admin');
    const answer = await agent.delete('/settings/rules');
    expect(answer.status).toBe(405);
    expect(answer.headers['allow']).toContain('POST');
  });

  it('sends the headers of docs/security/headers.md, on pages, downloads, redirects, errors and static files', async () => {
    const agent = await signIn(test, 'admin');
    const [always, cached] = headerTables();
    const expected = { ...always, 'cache-control': cached!['cache-control'] };
    for (const { path } of routes.filter(({ method }) => method === 'get')) {
      const { headers } = await agent.get(at(path));
      expect(headers, path).toMatchObject(expected);
      expect(headers['x-powered-by'], path).toBeUndefined();
    }
    for (const path of ['/nope', '/%00', '/assets/no-such.css'])
      expect((await agent.get(path)).headers, path).toMatchObject(expected);
    const { headers } = await agent.get('/assets/favicon.svg').expect(200);
    expect(headers).toMatchObject({ ...always, 'cache-control': 'public, max-age=3600' });
  });

  it('sends those for HTTPS where the public address says so, and only there', async () => {
    const context = {
      ...test.context,
      config: { ...test.context.config, publicUrl: 'https://holdfast.example' },
    };
    const [always, , overHttps] = headerTables();
    const secure = await request(createApp(context)).get('/sign-in').expect(200);
    expect(secure.headers).toMatchObject({ ...always, ...overHttps });
    expect(String(secure.headers['set-cookie'])).toMatch(
      /^__Host-holdfast-form=\w+; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
    const plain = await request(test.app).get('/sign-in').expect(200);
    for (const name of Object.keys(overHttps!)) expect(plain.headers[name], name).toBeUndefined();
  });
});

/** Of the document: the headers of every answer, those about caches with the first of its name, and those over HTTPS. */
function headerTables(): Record<string, string>[] {
  const text = readFileSync(resolve(import.meta.dirname, '../../docs/security/headers.md'), 'utf8');
  const tables = text.split(/^\| header .*$/m).slice(1);
  return tables.map((table) => {
    const rows = [...table.matchAll(/^\| `([\w-]+)` \| `([^`]+)` \| \S/gm)].reverse();
    return Object.fromEntries(rows.map(([, name, value]) => [name!.toLowerCase(), value!]));
  });
}

describe('roles', () => {
  it('a viewer looks, and cannot score, download, or change anything', async () => {
    const viewer = await signIn(test, 'viewer');
    await viewer.get('/').expect(200);
    await viewer.get('/customers').expect(200);
    for (const path of ['/score', '/predict', '/customers.csv', '/settings', '/admin/users', '/admin/audit'])
      await viewer.get(path).set('Accept', 'text/html').expect(403);
  });

  it('an analyst scores and edits rules, and does not manage users or risk levels', async () => {
    const analyst = await signIn(test, 'analyst');
    for (const path of ['/score', '/predict', '/settings/rules', '/customers.csv'])
      await analyst.get(path).expect(200);
    for (const path of ['/admin/users', '/settings/risk-levels', '/admin/jobs'])
      await analyst.get(path).expect(403);
  });
});

describe('odd addresses', () => {
  it.each([
    ['/%00', 400],
    ['/%E0%A4%A', 400],
    ['/nope', 404],
    ['/customers/-1', 404],
    ['/customers/9007199254740992', 404],
    ['/customers/1e3', 404],
    ['/customers?risk=high&risk=low', 400],
    ['/customers?page=abc&sort=drop', 200],
    ['/assets/../package.json', 400],
    ['/assets/%2e%2e/package.json', 400],
  ])('%s is answered with %i', async (path, status) => {
    const agent = await signIn(test, 'admin');
    expect((await agent.get(path)).status).toBe(status);
  });

  it('content that is no form is refused', async () => {
    const agent = await signIn(test, 'admin');
    await agent.post('/account').type('json').send('{"name":"x"}').expect(415);
    await agent
      .post('/account')
      .type('form')
      .send(`name=${'x'.repeat(200_000)}`)
      .expect(413);
  });

  it('options of the template engine in a body or an address change nothing', async () => {
    const agent = await signIn(test, 'admin');
    const plain = await agent.get('/settings');
    const odd = await agent.get(
      '/settings?settings[view%20options][outputFunctionName]=x;throw%201&__proto__[a]=1&delimiter=?',
    );
    expect(odd.status).toBe(plain.status);
  });
});
