/** The commands of docs/api.md, run as they are written there. */
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findOnPath } from '../../scripts/find-on-path.js';
import { projectRoot } from '../../src/paths.ts';
import { activateSmallModel, createTestApp, customersCsv, setUpOrganisation } from '../helpers/app.ts';
import type { TestApp } from '../helpers/app.ts';
import { makeKey } from '../helpers/api.ts';

const text = readFileSync(join(projectRoot, 'docs/api.md'), 'utf8');
const commands = [...text.matchAll(/```sh\n(curl [^]*?)```/g)].map(([, command = '']) => command);

let test: TestApp;
let server: Server;
let env: NodeJS.ProcessEnv;
beforeAll(async () => {
  test = await createTestApp();
  await setUpOrganisation(test);
  await activateSmallModel(test);
  writeFileSync(join(test.context.config.dataDir, 'customers.csv'), customersCsv(5, 3));
  server = await new Promise<Server>((resolve) => {
    const listening = test.app.listen(0, '127.0.0.1', () => {
      resolve(listening);
    });
  });
  const { port } = server.address() as AddressInfo;
  env = { ...process.env, HOLDFAST: `http://127.0.0.1:${port}`, HOLDFAST_KEY: await makeKey(test) };
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await test.close();
});

describe('the commands of the documentation', () => {
  it('are there', () => {
    expect(commands.length).toBeGreaterThan(1);
  });

  // scripts/ensure-test-programs.js says so where there is none.
  it.skipIf(findOnPath('curl') === undefined).each(commands)('%s', async (command) => {
    const { stdout } = await promisify(execFile)('sh', ['-c', `${command.trim()} --fail-with-body`], {
      env,
      cwd: test.context.config.dataDir,
    });
    expect(Object.keys(JSON.parse(stdout) as object).length).toBeGreaterThan(0);
  });
});
