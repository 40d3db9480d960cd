/** The built program as a child process, in folders of its own, as a user would start it. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const entry = resolve(import.meta.dirname, '../../dist/src/server.js');

export interface RunningServer {
  readonly url: string;
  readonly pid: number;
  /** The one-time set-up link; null once an administrator exists. */
  readonly setupLink: string | null;
  readonly output: () => string;
  /** SIGTERM, and the exit code. */
  stop(): Promise<number | null>;
  /** SIGKILL: no time to tidy up. */
  kill(): Promise<void>;
}

export interface ServerFolder {
  readonly path: string;
  start(env?: Record<string, string>): Promise<RunningServer>;
  remove(): void;
}

/** A folder that survives restarts of the server in it. */
export function createServerFolder(): ServerFolder {
  const path = mkdtempSync(join(tmpdir(), 'holdfast-'));
  return {
    path,
    start: (env = {}) => startServer(path, env),
    remove: () => {
      rmSync(path, { recursive: true, force: true });
    },
  };
}

async function startServer(folder: string, env: Record<string, string>): Promise<RunningServer> {
  const child = spawn(process.execPath, [entry], {
    cwd: folder,
    env: {
      PATH: process.env['PATH'] ?? '',
      NODE_ENV: 'production',
      HOST: '127.0.0.1',
      PORT: '0',
      DATABASE_URL: `sqlite:${join(folder, 'data/holdfast.db')}`,
      DATA_DIR: join(folder, 'data'),
      MODELS_DIR: join(folder, 'models'),
      UPLOADS_DIR: join(folder, 'uploads'),
      LOG_LEVEL: 'warn',
      // Pages have all their figures, however slow the machine is.
      PAGE_WAIT_MS: '60000',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const url = await waitForAddress(child, () => output);
  return {
    url,
    pid: child.pid!,
    setupLink: /http\S+\/setup\/\S+/.exec(output)?.[0] ?? null,
    output: () => output,
    stop: () => end(child, 'SIGTERM'),
    kill: async () => {
      await end(child, 'SIGKILL');
    },
  };
}

function waitForAddress(child: ChildProcess, output: () => string): Promise<string> {
  return new Promise((done, fail) => {
    const look = (): void => {
      const address = /listening on (http:\/\/\S+)/i.exec(output())?.[1];
      if (address) done(address);
    };
    child.stdout?.on('data', look);
    child.once('exit', (code) => {
      fail(new Error(`The server exited with ${String(code)} before it listened:\n${output()}`));
    });
  });
}

function end(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((done) => {
    child.once('exit', done);
    child.kill(signal);
  });
}
