/** The web application: the middleware of every request, in order. */
import { randomUUID } from 'node:crypto';
import express from 'express';
import type { Express, RequestHandler } from 'express';
import { pinoHttp } from 'pino-http';
import type { Logger as PinoLogger } from 'pino';
import { problemHandler } from './api/problems.ts';
import { apiPath } from './api/paths.ts';
import { createApi } from './api/router.ts';
import type { Context } from './context.ts';
import { AppError, NotFound } from './errors.ts';
import { assets } from './http/assets.ts';
import { compress } from './http/compress.ts';
import { errorHandler, safePath } from './http/error-handler.ts';
import { useContext } from './http/render.ts';
import { securityHeaders } from './http/security-headers.ts';
import { sharedFiles } from './http/shared-files.ts';
import { createKeptFigures } from './routes/kept-figures.ts';
import type { KeptFigures } from './routes/kept-figures.ts';
import { createRoutes } from './routes/index.ts';
import { createMetrics } from './routes/metrics.ts';
import { runDespiteDamage } from './tasks/despite-damage.ts';

interface AppOptions {
  /** Writes the request log; without one there is none. */
  readonly logger?: PinoLogger;
  /** Where somebody else reads them too. */
  readonly figures?: KeptFigures;
}

export function createApp(started: Context, { logger, figures }: AppOptions = {}): Express {
  const context = { ...started, tasks: runDespiteDamage(started) };
  const kept = figures ?? createKeptFigures(context);
  const app = express();
  useContext(app, context);
  // Express takes no NODE_ENV for development; Holdfast takes it for production.
  app.set('env', context.config.environment);
  app.disable('x-powered-by');
  app.set('trust proxy', context.config.trustProxy);
  app.set('query parser', 'simple');

  const metrics = createMetrics(context);
  if (metrics) app.use(metrics.observe);
  if (logger) app.use(requestLog(logger));
  app.use(securityHeaders(context.config));
  app.use(refuseOddAddresses);
  app.use(compress(context.config));
  app.use('/assets', assets(context.config));
  app.use(sharedFiles(context));
  app.use(apiPath, createApi(context));
  app.use(createRoutes(context, kept, metrics));
  app.use(() => {
    throw new NotFound();
  });
  app.use(apiPath, problemHandler(context));
  app.use(errorHandler(context));
  return app;
}

/** Method, path without its query, status and time: nothing about the person. */
function requestLog(logger: PinoLogger): RequestHandler {
  return pinoHttp({
    logger,
    // Of a process that started again they would repeat.
    genReqId: () => randomUUID(),
    serializers: {
      req: (req: { id: string; method: string; raw: express.Request }) => ({
        id: req.id,
        method: req.method,
        path: safePath(req.raw),
      }),
      res: (res: { statusCode: number }) => ({ status: res.statusCode }),
    },
    customLogLevel: (_req, res) => (res.statusCode >= 500 ? 'error' : 'info'),
    autoLogging: { ignore: (req) => /^\/(health\/|metrics$)/.test(req.url) },
  });
}

/** A valid address never contains a NUL, a broken escape or a step upwards. */
const refuseOddAddresses: RequestHandler = (req, res, next) => {
  if (req.url === '*' && req.method === 'OPTIONS') {
    // Asks about the server as a whole.
    res.set('Allow', 'GET, HEAD, POST, OPTIONS').status(204).end();
    return;
  }
  if (!/^(\/|https?:\/\/)/i.test(req.url))
    throw new AppError(400, 'bad-address', 'This address cannot be read.');
  const decoded = tryDecode(req.path);
  if (decoded === null || decoded.includes('\0') || decoded.split('/').includes('..'))
    throw new AppError(400, 'bad-address', 'This address cannot be read.');
  next();
};

function tryDecode(path: string): string | null {
  try {
    return decodeURIComponent(path);
  } catch {
    return null;
  }
}
