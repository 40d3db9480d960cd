import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { openDatabase } from '../../src/db.ts';
import { errorFields } from '../../src/errors.ts';
import { activateSmallModel, createTestApp, csrfToken, setUpOrganisation, signIn } from '../helpers/app.ts';
import type { TestApp } from '../helpers/app.ts';
import { isOnPostgres } from '../helpers/database.ts';

const marker = 'marker-7391-of-a-customer';

describe('user input', () => {
  let test: TestApp;
  let written: string[];
  let logged: unknown[];

  beforeAll(async () => {
    test = await createTestApp();
    await setUpOrganisation(test);
    await activateSmallModel(test);
    // As outside the tests, where Express writes what it is given to stderr.
    test.app.set('env', 'development');
    const note = (fields: object, message: string): void => void logged.push({ fields, message });
    Object.assign(test.context.log, { info: note, warn: note, error: note });
  });
  afterAll(() => test.close());
  beforeEach(() => {
    written = [];
    logged = [];
    for (const stream of [process.stdout, process.stderr])
      vi.spyOn(stream, 'write').mockImplementation((text) => (written.push(String(text)), true));
    for (const method of ['log', 'warn', 'error'] as const)
      vi.spyOn(console, method).mockImplementation((...parts) => void written.push(...parts.map(inspected)));
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  /** Everything that such an error carries, as a logger might print it. */
  const inspected = (value: unknown): string =>
    value instanceof Error ? `${String(value.stack)} ${JSON.stringify(value)}` : String(value);

  it(
    'is on no page, in no log and not on stderr when the database is locked',
    { timeout: 120_000 },
    async () => {
      const agent = await signIn(test, 'admin');
      const _csrf = await csrfToken(agent, '/account');
      // Old enough to be written again with the next page.
      const seenAt = Date.now() - 120_000;
      for (const { sid, sess } of await test.context
        .db<{ sid: string; sess: string }>('sessions')
        .select('sid', 'sess'))
        await test.context
          .db('sessions')
          .where({ sid })
          .update({ sess: JSON.stringify({ ...(JSON.parse(sess) as object), seenAt }) });
      const other = openDatabase(test.context.config.databaseUrl);
      const lock = await other.transaction();
      // Single statements wait for rows only.
      if (isOnPostgres) await lock.raw('LOCK TABLE sessions, rate_limits, audit_events IN EXCLUSIVE MODE');
      const pages: string[] = [];
      try {
        const forms = {
          '/account': { name: marker, theme: 'dark' },
          '/admin/users': { name: marker, email: `${marker}@example.com`, role: 'viewer' },
          '/sign-in': { email: `${marker}@example.com`, password: 'x' },
        };
        const sent = Object.entries(forms).map(async ([address, form]) => {
          const answer = await agent
            .post(address)
            .type('form')
            .send({ _csrf, ...form });
          expect(answer.status, address).toBe(503);
          expect(answer.headers['retry-after'], address).toMatch(/^\d+$/);
          pages.push(answer.text);
        });
        const read = agent.get(`/customers?search=${marker}`).then(({ text }) => pages.push(text));
        await Promise.all([...sent, read]);
      } finally {
        await lock.rollback();
        await other.destroy();
      }
      const everything = [...pages, ...written, JSON.stringify(logged)].join('\n');
      expect(logged.length).toBeGreaterThan(0);
      expect(written).toEqual([]);
      expect(everything).not.toContain(marker);
      expect(everything).not.toMatch(/insert into|update `|select .* from|\buserId\b|"epoch"/i);
    },
  );

  it('is not in what a log says of a refusal: who, by number, what and why', async () => {
    const viewer = await signIn(test, 'viewer');
    const { id } = await test.context.db('users').max({ id: 'id' }).first<{ id: number }>();
    const answers = await Promise.all([
      viewer.get(`/customers.csv?search=${marker}`).expect(403),
      viewer.post('/account').type('form').send({ name: marker, theme: 'dark' }).expect(403),
      viewer
        .post('/account')
        .set('Sec-Fetch-Site', 'cross-site')
        .type('form')
        .send({ name: marker })
        .expect(403),
    ]);
    expect(answers).toHaveLength(3);
    const refusal = (code: string, path: string) => ({
      fields: { status: 403, code, userId: id, requestId: null, path },
      message: 'Request refused',
    });
    expect(logged).toHaveLength(3);
    expect(logged).toEqual(
      expect.arrayContaining([
        refusal('forbidden', '/customers.csv'),
        refusal('csrf', '/account'),
        refusal('foreign-origin', '/account'),
      ]),
    );
    expect(JSON.stringify(logged)).not.toContain(marker);
  });

  it('of a full disk is answered 507, in words', async () => {
    const agent = await signIn(test, 'admin');
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    const run = vi.spyOn(test.context.tasks, 'run').mockRejectedValue(full);
    const { text } = await agent.get('/customers').expect(507);
    run.mockRestore();
    expect(text).toContain('The disk is full');
    expect(text).not.toContain('ENOSPC');
    await agent.get('/customers').expect(200);
  });

  it('is not in the message of a database error either', async () => {
    const failing = test.context.db.raw('insert into nowhere (name) values (?)', [marker]);
    const error = await failing.then(
      () => null,
      (reason: unknown) => reason as Error,
    );
    expect(error?.message).toMatch(/^(no such table: nowhere|relation "nowhere" does not exist)$/);
    expect(inspected(error)).not.toContain(marker);
    const { code } = error as unknown as { code: string };
    expect(errorFields(error)).toMatchObject({ code, message: code });
  });
});
