/** Commands on an installation, as a person runs them: checks, backups, users and lists. */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import request from 'supertest';
import { activateSmallModel, csrfToken, customersCsv, password } from '../helpers/app.ts';
import { openSite } from '../helpers/site.ts';

const test = openSite('admin');
const place = mkdtempSync(join(tmpdir(), 'holdfast-commands-'));
const archive = join(place, 'backup.tar.gz');
beforeAll(async () => {
  await activateSmallModel(test);
  await test.scoreAtOnce(customersCsv(20, 3));
  chmodSync(test.context.config.modelsDir, 0o700);
});
afterAll(() => {
  rmSync(place, { recursive: true });
});

/** `folder`: of another installation, on SQLite. */
function holdfast(words: readonly string[], input = '', folder: string | null = null) {
  const { databaseUrl, dataDir, modelsDir, uploadsDir } = test.context.config;
  const here = {
    DATABASE_URL: databaseUrl,
    DATA_DIR: dataDir,
    MODELS_DIR: modelsDir,
    UPLOADS_DIR: uploadsDir,
  };
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', import.meta.resolve('tsx'), join(import.meta.dirname, '../../src/cli.ts'), ...words],
    {
      cwd: folder ?? dataDir,
      encoding: 'utf8',
      input,
      env: { ...process.env, ...(folder === null ? here : {}) },
    },
  );
  return { status, stdout, stderr };
}

it('lists models and files, and says how it is', () => {
  expect(JSON.parse(holdfast(['models', '--json']).stdout)).toMatchObject([{ id: 1, state: 'active' }]);
  expect(holdfast(['batches']).stdout).toMatch(/^number .*\n1 +customers\.csv +done +20 +0 /);
  const health = holdfast(['doctor', '--json']);
  expect([health.status, (JSON.parse(health.stdout) as { isHealthy: boolean }).isHealthy]).toEqual([0, true]);
});

it('adds a user, who signs in with the password from standard input or chooses one', async () => {
  const words = ['user', 'add', 'New.Person@example.com', '--role', 'analyst', '--json'];
  const added = holdfast([...words, '--password-stdin'], `${password}\n`);
  expect(JSON.parse(added.stdout)).toMatchObject({
    email: 'new.person@example.com',
    role: 'analyst',
    link: null,
  });
  const agent = request.agent(test.app);
  const _csrf = await csrfToken(agent, '/sign-in');
  await agent
    .post('/sign-in')
    .type('form')
    .send({ _csrf, email: 'new.person@example.com', password })
    .expect(303);
  const invited = holdfast(['user', 'add', 'other@example.com']);
  const path = /http:\/\/[^/]+(\/password\/\S+)/.exec(invited.stdout)![1]!;
  await request(test.app).get(path).expect(200);
  expect(holdfast(words)).toMatchObject({
    status: 1,
    stderr: expect.stringMatching('already exists') as string,
  });
  expect(holdfast(['user', 'add', 'nobody']).stderr).toBe("holdfast: 'nobody' is no email address.\n");
});

it('backs up, verifies, and restores elsewhere', () => {
  expect(holdfast(['backup', archive, '--verify']).stdout).toMatch(
    /^Written and verified: .* and the database/,
  );
  expect([existsSync(archive), existsSync(`${archive}.part`)]).toEqual([true, false]);
  expect(holdfast(['restore', archive], '', place).stdout).toMatch(/^Restored: /);
  expect(holdfast(['batches'], '', place).stdout).toContain('customers.csv');
  expect(holdfast(['restore', archive], '', place)).toMatchObject({
    status: 1,
    stderr: expect.stringMatching('There is a database already') as string,
  });
});
