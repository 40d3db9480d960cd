import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestApp, setUpOrganisation, signIn } from '../helpers/app.ts';
import type { TestApp } from '../helpers/app.ts';

let test: TestApp;
let behindHttps: TestApp;
beforeAll(async () => {
  test = await createTestApp();
  behindHttps = await createTestApp({ PUBLIC_URL: 'https://holdfast.example' });
  await setUpOrganisation(test);
  await setUpOrganisation(behindHttps);
});
afterAll(async () => {
  await test.close();
  await behindHttps.close();
});

const encodingOf = async (app: TestApp['app'], path: string, headers: Record<string, string> = {}) =>
  (await request(app).get(path).set('Accept-Encoding', 'gzip').set(headers).expect(200)).headers[
    'content-encoding'
  ];

describe('a page', () => {
  it.each([
    ['same-origin', 'gzip'],
    ['none', 'gzip'],
    ['cross-site', undefined],
    ['same-site', undefined],
  ])('that is asked for by %s is sent as %s', async (site, encoding) => {
    expect(await encodingOf(test.app, '/sign-in', { 'Sec-Fetch-Site': site })).toBe(encoding);
    expect(await encodingOf(behindHttps.app, '/sign-in', { 'Sec-Fetch-Site': site })).toBe(encoding);
  });

  it('over HTTPS is not compressed without Sec-Fetch-Site', async () => {
    expect(await encodingOf(test.app, '/sign-in')).toBe('gzip');
    expect(await encodingOf(behindHttps.app, '/sign-in')).toBeUndefined();
  });

  it('is at most 100 kB on its way, with all that it loads', async () => {
    const agent = await signIn(test, 'admin');
    const sizeOf = async (path: string): Promise<number> => {
      const { headers, text } = await agent.get(path).set('Accept-Encoding', 'identity').expect(200);
      expect(headers['content-encoding']).toBeUndefined();
      return Buffer.byteLength(text);
    };
    const { text } = await agent.get('/').expect(200);
    const loaded = [...text.matchAll(/(?:href|src)="(\/assets\/[^"]+\.(?:css|js)\?[^"]*)"/g)];
    expect(loaded.length).toBeGreaterThan(3);
    let total = Buffer.byteLength(text);
    for (const [, path] of loaded) total += await sizeOf(path!);
    expect(total).toBeLessThan(100_000);
  });
});

describe('a stylesheet', () => {
  it('is compressed for everybody, and kept for a year under the address that pages give', async () => {
    const { text } = await request(test.app).get('/sign-in');
    const path = /href="(\/assets\/css\/tokens\.css\?v=[0-9a-f]+)"/.exec(text)![1]!;
    const { headers } = await request(test.app)
      .get(path)
      .set('Accept-Encoding', 'gzip')
      .set('Sec-Fetch-Site', 'cross-site')
      .expect(200);
    expect(headers['content-encoding']).toBe('gzip');
    expect(headers['cache-control']).toBe('public, max-age=31536000, immutable');
  });

  it.each(['/assets/css/tokens.css', '/assets/css/tokens.css?v=0123456789ab'])(
    'is kept for an hour at %s',
    async (path) => {
      const { headers } = await request(test.app).get(path).expect(200);
      expect(headers['cache-control']).toBe('public, max-age=3600');
    },
  );
});
