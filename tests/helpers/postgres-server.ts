/** A PostgreSQL server for the tests, in a folder of its own. What it stores need not survive a crash. */
import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { openDatabase } from '../../src/db.ts';

const run = promisify(execFile);

export interface PostgresServer {
  /** Of the database that always exists. */
  readonly url: string;
  /** `url` of another database. */
  urlOf(database: string): string;
  /** Ends every connection, does the work, and starts again. */
  away(work: () => Promise<void>): Promise<void>;
  stop(): Promise<void>;
}

const settings = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '300',
  listen_addresses: '127.0.0.1',
};

/** `bin`: the folder of its programs; `change`: settings other than those above. */
export async function startPostgres(
  bin: string,
  change: Readonly<Record<string, string>> = {},
): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-postgres-'));
  const user = await otherUser();
  if ('uid' in user) chownSync(folder, user.uid, user.gid);
  const data = join(folder, 'data');
  const options = ['--username=holdfast', '--auth=trust', '--encoding=UTF8', '--no-locale', '--no-sync'];
  await run(join(bin, 'initdb'), ['--pgdata', data, ...options], { ...user, cwd: folder });
  const port = await freePort();
  const given = Object.entries({
    ...settings,
    ...change,
    port: String(port),
    unix_socket_directories: folder,
  });
  const start = async (): Promise<ChildProcess> => {
    const server = spawn(
      join(bin, 'postgres'),
      ['-D', data, ...given.flatMap(([name, value]) => ['-c', `${name}=${value}`])],
      { ...user, cwd: folder, stdio: 'ignore' },
    );
    await waitFor(urlOf('postgres'));
    return server;
  };
  const urlOf = (database: string): string => `postgres://holdfast@127.0.0.1:${port}/${database}`;
  let server = await start();
  // An interrupted run does not wait for it.
  process.once('exit', () => {
    server.kill('SIGQUIT');
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    url: urlOf('postgres'),
    urlOf,
    away: async (work) => {
      await end(server);
      await work();
      server = await start();
    },
    stop: async () => {
      await end(server);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** PostgreSQL does not run as root; Debian's package brings a user for it. */
async function otherUser(): Promise<{ readonly uid: number; readonly gid: number } | Record<string, never>> {
  if (userInfo().uid !== 0) return {};
  const idOf = async (flag: string): Promise<number> => Number((await run('id', [flag, 'postgres'])).stdout);
  return { uid: await idOf('-u'), gid: await idOf('-g') };
}

function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer();
    server.once('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => {
        done(port);
      });
    });
  });
}

async function waitFor(url: string): Promise<void> {
  const db = openDatabase(url);
  try {
    for (let attempt = 1; ; attempt++) {
      try {
        await db.raw('SELECT 1');
        return;
      } catch (error) {
        if (attempt === 200) throw error;
      }
      await pause(50);
    }
  } finally {
    await db.destroy();
  }
}

/** Ends connections at once. */
async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null) return;
  const exited = new Promise((done) => server.once('exit', done));
  server.kill('SIGINT');
  await exited;
}
