/** Starts a process of the program: settings, database, sample, workers, web server; and stops it cleanly. */
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { config as readDotenv } from 'dotenv';
import type { Logger } from 'pino';
import { createApp } from './app.ts';
import { ConfigError, readConfig } from './config.ts';
import type { Config } from './config.ts';
import type { Context } from './context.ts';
import { checkDatabase, migrate, openDatabase } from './db.ts';
import type { Db } from './db.ts';
import { errorFields } from './errors.ts';
import { checkAlertsWhenDue } from './domain/alerts/due.ts';
import { queueDueMessages } from './domain/alerts/messages.ts';
import { renewSecondFactors } from './domain/people/second-factor.ts';
import { renewWebhookSecrets } from './domain/alerts/webhook-secrets.ts';
import { openUploadStore } from './domain/batches/batches.ts';
import { convertEarlierScores } from './domain/batches/earlier-scores.ts';
import { createSetupToken, isSetUp } from './domain/people/accounts.ts';
import { prepareFirstStart, waitForFirstStart } from './domain/sample/first-start.ts';
import { compactDatabase } from './domain/jobs/compact-database.ts';
import { prepareFiles } from './domain/files/starting.ts';
import { startFileUpkeep } from './domain/files/upkeep.ts';
import { healInterrupted } from './domain/jobs/interrupted.ts';
import { sweep } from './domain/jobs/cleanup.ts';
import { checkDriftWhenDue } from './domain/schedules/drift-check.ts';
import { rescoreWhenDue } from './domain/schedules/rescoring.ts';
import { retrainWhenDue } from './domain/schedules/retraining.ts';
import { createWatch } from './domain/watching/watched-folder.ts';
import { renewSecrets } from './domain/warehouse/connections.ts';
import { startDueQueries } from './domain/warehouse/schedule.ts';
import type { WorkerShare } from './jobs/job-classes.ts';
import { startWorkerPool } from './jobs/worker-pool.ts';
import type { WorkerPool } from './jobs/worker-pool.ts';
import { createDrain } from './http/drain.ts';
import { viewsFolder } from './http/render.ts';
import { checkViews } from './http/views.ts';
import { createLogger } from './logger.ts';
import { makePrivateFolder } from './private-files.ts';
import { createFigureWarming } from './routes/figure-warming.ts';
import { createKeptFigures } from './routes/kept-figures.ts';
import type { KeptFigures } from './routes/kept-figures.ts';
import { runDespiteDamage } from './tasks/despite-damage.ts';
import { isCopyUnderWay } from './store/copy-mark.ts';
import { startTaskPool } from './tasks/task-pool.ts';
import type { TaskPool } from './tasks/task-pool.ts';

/** Answers and downloads under way, and jobs on their way to a checkpoint, at the same time. */
const finishWithinMs = 10_000;
/** The process exits after this time in any case. */
const exitWithinMs = 12_000;
const sweepEveryMs = 10 * 60_000;
/** How late something with a time may begin. */
const scheduleEveryMs = 15_000;
/** How soon figures are computed after scores have come. */
const warmEveryMs = 500;

/** What a process does. Any number of them, on any number of machines, can share a PostgreSQL database and the folders. */
export interface ProcessRole {
  /** It answers requests. */
  readonly isWeb: boolean;
  /** The jobs that it takes; null: none. What is not given is as the settings say. */
  readonly share: Partial<WorkerShare> | null;
}

export async function startProcess(role: ProcessRole): Promise<void> {
  // Files that any library creates from here on are private to this user.
  process.umask(0o077);
  process.on('uncaughtException', endOnFault);
  process.on('unhandledRejection', endOnFault);
  await start(role).catch((error: unknown) => {
    process.stderr.write(
      `${error instanceof ConfigError ? error.message : `Holdfast cannot start: ${describe(error)}`}\n`,
    );
    process.exit(1);
  });
}

/** Node.js would print the error with all its properties, which may contain user input. */
function endOnFault(error: unknown): void {
  process.stderr.write(`Holdfast has to stop: ${JSON.stringify(errorFields(error))}\n`);
  process.exit(1);
}

function describe(error: unknown): string {
  const { code } = error as { code?: string };
  if (code === 'EADDRINUSE')
    return 'another program listens on this address already. Set PORT to another number.';
  if (code === 'EACCES') return 'this address needs more rights. Set PORT to a number above 1023.';
  return error instanceof Error ? error.message : String(error);
}

async function start({ isWeb, share }: ProcessRole): Promise<void> {
  readDotenv({ quiet: true });
  const config = readConfig(process.env);
  checkViews(viewsFolder);
  for (const folder of [config.dataDir, config.modelsDir, config.uploadsDir]) makePrivateFolder(folder);
  const logger = createLogger(config);
  const tasks = startTaskPool(config);
  const context = { config, db: openDatabase(config.databaseUrl), log: logger, tasks };
  await checkDatabase(context.db, config.databaseUrl);
  await prepareSchema(context);
  await refuseHalfCopy(context.db);
  await convertEarlierScores(context);
  await compactDatabase(context);
  await healInterrupted(context.db);
  await prepareFiles(context);
  await sweep(context);
  await renewSecrets(context);
  await renewWebhookSecrets(context);
  await renewSecondFactors(context);
  startFileUpkeep(context);
  const pool = share && startWorkerPool(context, share);
  if (pool) startSchedule(context);
  if (pool) startWatching(context);
  const drain = isWeb ? await startWeb(context, logger, pool !== null) : nothingToDrain;
  const sweeping = setInterval(() => void sweep(context), sweepEveryMs);
  sweeping.unref();
  if (!isWeb) process.stdout.write('Holdfast is working on jobs\n');
  stopOnSignals(context, drain, pool);
}

/** During an upgrade, processes of the version before work on the database of the new one. */
async function prepareSchema({ db, log }: Context): Promise<void> {
  const later = await migrate(db);
  if (later.length > 0)
    log.warn(
      { migrations: later },
      'The database was changed by a later version, beside which this process works: upgrade it too',
    );
}

async function refuseHalfCopy(db: Db): Promise<void> {
  if (await isCopyUnderWay(db))
    throw new Error('the database is a copy that is not complete. Run holdfast migrate-to again.');
}

type Drain = (withinMs: number) => Promise<void>;

const nothingToDrain: Drain = () => Promise.resolve();

function startSchedule({ db, config, log }: Context): void {
  const store = openUploadStore({ db, config });
  const work = [
    () => startDueQueries(db),
    () => retrainWhenDue(db),
    () => rescoreWhenDue(store),
    () => checkDriftWhenDue(db),
    () => checkAlertsWhenDue(db),
    () => queueDueMessages(db),
  ];
  const look = async (): Promise<void> => {
    for (const start of work)
      try {
        await start();
      } catch (error) {
        log.error({ err: errorFields(error) }, 'What is due could not be started; trying again later');
      }
  };
  setInterval(() => void look(), scheduleEveryMs).unref();
}

/** A large file takes longer than the time between two looks. */
function startWatching({ db, config, log, tasks }: Context): void {
  const watch = createWatch({ db, config, takeIn: (path) => tasks.run('takeInTable', { path }) });
  let isLooking = false;
  const look = async (): Promise<void> => {
    if (isLooking) return;
    isLooking = true;
    try {
      await watch();
    } catch (error) {
      log.error({ err: errorFields(error) }, 'The watched folder could not be read; trying again later');
    }
    isLooking = false;
  };
  if (config.watch.folder !== null) setInterval(() => void look(), scheduleEveryMs).unref();
}

/** `hasWorkers`: in this process; without, the sample may come later, or never. */
async function startWeb(context: Context, logger: Logger, hasWorkers: boolean): Promise<Drain> {
  const { db, config } = context;
  if (hasWorkers) await waitForSample(context);
  else await prepareFirstStart(db, config);
  const figures = warmFigures(context);
  const server = createServer(createApp(context, { logger, figures }));
  const drain = createDrain(server);
  await listen(server, config);
  await announce(context, addressOf(server, config));
  return drain;
}

function warmFigures(started: Context): KeptFigures {
  const context = { ...started, tasks: runDespiteDamage(started) };
  const figures = createKeptFigures(context);
  const warm = createFigureWarming(context, figures);
  setInterval(() => void warm(), warmEveryMs).unref();
  return figures;
}

/** The first start trains two models before the address is printed. */
async function waitForSample({ db, config }: Context): Promise<void> {
  if (!(await prepareFirstStart(db, config))) return;
  process.stdout.write('Preparing the sample: generating customers, training two models …\n');
  const reason = await waitForFirstStart(db);
  if (reason !== null)
    process.stdout.write(
      `The sample is missing: ${reason} Holdfast works without it; the next start tries again.\n`,
    );
}

function listen(server: Server, { port, host }: Config): Promise<void> {
  // One byte a second is not an upload: the whole request has five minutes, its head ten seconds.
  server.headersTimeout = 10_000;
  server.requestTimeout = 300_000;
  return new Promise((done, fail) => {
    server.once('error', fail);
    server.listen(port, host, () => {
      server.off('error', fail);
      done();
    });
  });
}

function addressOf(server: Server, config: Config): string {
  const { port } = server.address() as AddressInfo;
  return config.publicUrl ?? `http://${config.host === '0.0.0.0' ? 'localhost' : config.host}:${port}`;
}

async function announce({ db, config }: Context, address: string): Promise<void> {
  const lines = [`Holdfast is listening on ${address}`];
  if (!(await isSetUp(db))) {
    lines.push(`Set it up with this one-time link: ${address}/setup/${await createSetupToken(db)}`);
  }
  if (config.host !== '127.0.0.1' && !address.startsWith('https:')) {
    lines.push(
      'Note: passwords travel unencrypted over plain HTTP. Put a proxy with HTTPS in front and set PUBLIC_URL.',
    );
  }
  process.stdout.write(`${lines.join('\n')}\n`);
}

function stopOnSignals(
  { db, log, tasks }: Context & { readonly tasks: TaskPool },
  drain: Drain,
  pool: WorkerPool | null,
): void {
  let isStopping = false;
  const stop = async (): Promise<void> => {
    if (isStopping) return;
    isStopping = true;
    log.info({}, 'Stopping: finishing answers, letting jobs reach a checkpoint');
    setTimeout(() => process.exit(1), exitWithinMs).unref();
    await Promise.all([drain(finishWithinMs), pool?.stop(finishWithinMs - 1_000)]);
    // Pending responses needed the tasks until now.
    await tasks.stop();
    await db.destroy();
    process.exit(0);
  };
  process.on('SIGTERM', () => void stop());
  process.on('SIGINT', () => void stop());
}
