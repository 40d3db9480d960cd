/** Processes of the built program that share the database and the folders of a test or a benchmark. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Config } from '../../src/config.ts';

const dist = resolve(import.meta.dirname, '../../dist/src');
const program = join(dist, 'cli.js');
const ticksPerSecond = 100;

/** `MALLOC_…` are the settings of the C library's memory, as the Docker image has them. */
const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => name === 'PATH' || name.startsWith('MALLOC_')),
);

/** One that listens. */
export interface WebProcess {
  readonly child: ChildProcess;
  readonly url: string;
}

interface WorkerOptions {
  readonly threads?: number;
  /** The only processor that it may use; all unless told. */
  readonly processor?: number;
  /** Further settings from the environment. */
  readonly settings?: Readonly<Record<string, string>>;
}

function startProgram(
  config: Config,
  command: readonly string[],
  settings: Readonly<Record<string, string>> = {},
): ChildProcess {
  const env = {
    ...environment,
    NODE_ENV: 'production',
    HOST: '127.0.0.1',
    PORT: '0',
    DATABASE_URL: config.databaseUrl,
    DATA_DIR: config.dataDir,
    MODELS_DIR: config.modelsDir,
    UPLOADS_DIR: config.uploadsDir,
    SESSION_SECRET: 'a secret of a test that is long enough',
    SAMPLE_DATA: 'off',
    LOG_LEVEL: 'silent',
    ...settings,
  };
  const [first = '', ...rest] = command;
  return spawn(first, rest, { env, stdio: ['ignore', 'pipe', 'inherit'] });
}

/** Looks for work already. */
export async function startWorker(
  config: Config,
  { threads = 1, processor, settings }: WorkerOptions = {},
): Promise<ChildProcess> {
  const bound = processor === undefined ? [] : ['taskset', '-c', String(processor)];
  const command = [...bound, process.execPath, program, 'worker', '--threads', String(threads)];
  const worker = startProgram(config, command, settings);
  await once(worker.stdout!, 'data');
  worker.stdout!.resume();
  return worker;
}

/** Answers requests only. `settings`: further ones from the environment. */
export function startWeb(
  config: Config,
  settings: Readonly<Record<string, string>> = {},
): Promise<WebProcess> {
  return listening(startProgram(config, [process.execPath, program, 'web'], settings));
}

/** Answers requests and works on jobs. */
export function startAll(
  config: Config,
  settings: Readonly<Record<string, string>> = {},
): Promise<WebProcess> {
  return listening(startProgram(config, [process.execPath, join(dist, 'server.js')], settings));
}

async function listening(child: ChildProcess): Promise<WebProcess> {
  const url = await new Promise<string>((found, fail) => {
    child.stdout!.on('data', (chunk: Buffer) => {
      const address = /listening on (http:\S+)/.exec(chunk.toString())?.[1];
      if (address !== undefined) found(address);
    });
    child.once('exit', () => {
      fail(new Error('The process ended before it listened.'));
    });
  });
  return { child, url };
}

/** CPU seconds of all its threads so far. */
export function cpuSecondsOf({ pid }: Pick<ChildProcess, 'pid'>): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

/** The most memory that it had at a time. */
export function peakMegabytesOf({ pid }: ChildProcess): number {
  const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Math.round(Number(kilobytes) / 1024);
}
