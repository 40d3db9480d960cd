/** Figures of this process and of the queue as Prometheus reads them. No label has the name of a person, a file or an address. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Context } from '../context.ts';
import { AppError } from '../errors.ts';
import { connectionsOf, readWorkFigures } from '../store/process-figures.ts';

export interface Metrics {
  /** Notes how long each request took. */
  readonly observe: RequestHandler;
  readonly show: (req: Request, res: Response) => Promise<void>;
}

const methods = new Set(['GET', 'HEAD', 'POST']);
/** Seconds. */
const buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.3, 1, 3, 10];

/** null: METRICS_TOKEN is not set, and there is no such page. */
export function createMetrics({ config, db }: Context): Metrics | null {
  const token = config.metricsToken;
  if (token === null) return null;
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const requests = requestTimes(registry);
  const refresh = gaugesOf(registry, db);
  return {
    observe: (req, res, next) => {
      const began = performance.now();
      res.once('close', () => {
        requests.observe(labelsOf(req, res), (performance.now() - began) / 1_000);
      });
      next();
    },
    show: async (req, res) => {
      requireToken(req, res, token);
      await refresh();
      res.set({ 'Content-Type': registry.contentType, 'Cache-Control': 'no-store' });
      res.end(await registry.metrics());
    },
  };
}

function requestTimes(registry: Registry) {
  return new Histogram({
    name: 'holdfast_http_request_duration_seconds',
    help: 'Requests, by the template of their route, and how long they took to their end.',
    labelNames: ['method', 'route', 'status'],
    buckets,
    registers: [registry],
  });
}

/** Of few values each: an address that nobody declared is 'none', an answer that was cut off 'aborted'. */
function labelsOf(req: Request, res: Response) {
  const { path } = (req.route ?? {}) as { readonly path?: string };
  return {
    method: methods.has(req.method) ? req.method : 'other',
    route: path === undefined ? elsewhere(req) : `${req.baseUrl.toLowerCase()}${path}`,
    status: res.writableFinished ? String(res.statusCode) : 'aborted',
  };
}

function elsewhere(req: Request): string {
  return req.originalUrl.startsWith('/assets/') ? '/assets' : 'none';
}

/** Gives what reads the database and sets them. */
function gaugesOf(registry: Registry, db: Context['db']): () => Promise<void> {
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name: `holdfast_${name}`, help, labelNames, registers: [registry] });
  const jobs = gauge('jobs', 'Jobs in the database, by kind and state.', ['kind', 'state']);
  const oldest = gauge(
    'jobs_oldest_queued_seconds',
    'How long the oldest waiting job has waited; 0 for none.',
  );
  const scores = gauge('scores', 'Scores of files that are kept.');
  const up = gauge('database_up', '1 where the database answers.');
  const wait = gauge('database_wait_seconds', 'How long the reads of these figures took.');
  const connections = gauge('database_connections', 'Connections of this process.', ['state']);
  return async () => {
    const { used, waiting } = connectionsOf(db);
    connections.set({ state: 'used' }, used);
    connections.set({ state: 'waiting' }, waiting);
    const began = performance.now();
    const figures = await readWorkFigures(db).catch(() => null);
    wait.set((performance.now() - began) / 1_000);
    up.set(figures === null ? 0 : 1);
    jobs.reset();
    if (figures === null) return;
    for (const { kind, state, count } of figures.jobs) jobs.set({ kind, state }, count);
    oldest.set(figures.oldestQueuedSeconds);
    scores.set(figures.scores);
  };
}

/** @throws AppError 401 */
function requireToken(req: Request, res: Response, token: string): void {
  const given = /^Bearer (.+)$/.exec(req.get('authorization') ?? '')?.[1] ?? '';
  // Hashes have the same length, and tell nothing by the time that comparing them takes.
  const [one, other] = [given, token].map((text) => createHash('sha256').update(text).digest());
  if (timingSafeEqual(one!, other!)) return;
  res.set('WWW-Authenticate', 'Bearer');
  throw new AppError(401, 'no-token', 'Send METRICS_TOKEN as a bearer token.');
}
