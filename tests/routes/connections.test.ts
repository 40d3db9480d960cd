/** Connections to databases of the company: saved, tested and removed, with passwords that nobody sees again. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { renewSecrets, testConnection } from '../../src/domain/warehouse/connections.ts';
import { listEvents } from '../../src/store/audit.ts';
import { listConnections } from '../../src/store/connections.ts';
import { createTestApp, csrfToken, setUpOrganisation, signIn } from '../helpers/app.ts';
import type { TestApp } from '../helpers/app.ts';
import { hasPostgres, startWarehouse, warehouseSettings } from '../helpers/warehouse.ts';
import type { TestWarehouse } from '../helpers/warehouse.ts';

const path = '/settings/connections';

describe.skipIf(!hasPostgres)('connections', () => {
  let warehouse: TestWarehouse;
  let test: TestApp;
  let agent: Awaited<ReturnType<typeof signIn>>;
  let _csrf: string;
  beforeAll(async () => {
    warehouse = await startWarehouse();
    test = await createTestApp(warehouseSettings);
    await setUpOrganisation(test);
    agent = await signIn(test, 'admin');
    _csrf = await csrfToken(agent, '/account');
  });
  afterAll(async () => {
    await test.close();
    await warehouse.stop();
  });
  beforeEach(() => test.context.db('connections').delete());

  const post = (address: string, form: Record<string, string> = {}) =>
    agent
      .post(address)
      .type('form')
      .send({ _csrf, ...form });
  /** Its address. */
  const save = async (change: Record<string, string> = {}): Promise<string> => {
    const answer = await post(path, warehouse.form(change)).expect(303);
    return String(answer.headers['location']);
  };
  /** What the page says of a test. */
  const tested = async (address: string): Promise<string> => {
    await post(`${address}/test`).expect(303);
    const { text } = await agent.get(address).expect(200);
    const notices = [...text.matchAll(/<p class="notice notice-(?:success|warning)"[^>]*>([^<]*)/g)];
    return notices.at(-1)?.[1] ?? '';
  };
  const environment = (keys: readonly string[]) => ({
    db: test.context.db,
    config: { ...test.context.config, secretsKeys: keys },
  });

  it('says as whom it is connected, and whether that user may write', async () => {
    expect(await tested(await save())).toMatch(/^Connected to PostgreSQL \d+\.\d+ as reader; read-only\.$/);
    const writer = await save({ username: 'writer', password: 'write it' });
    expect(await tested(writer)).toContain('as writer; this user may write; queries still run read-only.');
  });

  it.each([
    ['a wrong password', { password: 'wrong' }, 'The password is wrong.'],
    ['no such database', { database: 'nowhere' }, 'There is no such database on the server.'],
    ['nobody who listens', { port: '1' }, 'cannot be reached'],
    ['no encryption on the server', { tls: 'verified' }, 'does not offer an encrypted connection'],
  ])('names %s', async (_what, change, words) => {
    expect(await tested(await save(change))).toContain(words);
  });

  it('refuses a server that is not on the list, before anything is sent there', async () => {
    const answer = await post(path, warehouse.form({ host: '127.0.0.2' })).expect(422);
    expect(answer.text).toContain('127.0.0.2 is not among the allowed database servers');
    expect(await listConnections(test.context.db)).toEqual([]);
  });

  it('stores the password encrypted, and shows and records it nowhere', async () => {
    const address = await save();
    const [stored] = await listConnections(test.context.db);
    const events = await listEvents(
      test.context.db,
      { action: null, userId: null, from: null, to: null },
      50,
      0,
    );
    const pages = [await agent.get(address), await agent.get(path), await agent.get('/admin/audit')];
    for (const text of [JSON.stringify(stored), JSON.stringify(events), ...pages.map((page) => page.text)])
      expect(text).not.toContain('read it');
  });

  it('keeps the password while it is for the same user of the same server, and asks for it otherwise', async () => {
    const address = await save();
    await post(address, warehouse.form({ name: 'Renamed', password: '' })).expect(303);
    expect(await tested(address)).toContain('as reader');
    const answer = await post(address, warehouse.form({ username: 'writer', password: '' })).expect(422);
    expect(answer.text).toContain('Enter the password: host, port, database or user have changed.');
  });

  it('sends a password nowhere else, even if somebody changes the host in the database', async () => {
    const address = await save();
    await test.context.db('connections').update({ username: 'writer' });
    expect(await tested(address)).toContain('cannot be decrypted');
  });

  it('refuses to store a password without a key', async () => {
    const bare = await createTestApp({ WAREHOUSE_HOSTS: '127.0.0.1' });
    await setUpOrganisation(bare);
    const admin = await signIn(bare, 'admin');
    const form = { _csrf: await csrfToken(admin, '/account'), ...warehouse.form() };
    expect((await admin.get(path)).text).toContain('until the server has the settings SECRETS_KEY.');
    expect((await admin.post(path).type('form').send(form).expect(422)).text).toContain('set SECRETS_KEY');
    await bare.close();
  });

  it('works on with a new key, and after the old one is taken away', async () => {
    await save();
    const [{ id } = { id: 0 }] = await listConnections(test.context.db);
    const [old = ''] = test.context.config.secretsKeys;
    const fresh = 'another-key-of-the-tests-as-long-as-the-first';
    await expect(testConnection(environment([fresh]), id)).rejects.toThrow('cannot be decrypted');
    await renewSecrets(environment([fresh, old]));
    await expect(testConnection(environment([fresh]), id)).resolves.toMatchObject({ username: 'reader' });
  });

  it('is for administrators, and can be removed', async () => {
    const analyst = await signIn(test, 'analyst');
    await analyst.get(path).expect(403);
    const address = await save();
    expect((await agent.get(`${address}/removal`).expect(200)).text).toContain('Remove Warehouse?');
    await post(`${address}/removal`).expect(303);
    expect(await listConnections(test.context.db)).toEqual([]);
  });
});
