/** Routes of the API, one for each operation of the table. There are no sessions here, and so no forms to forge. */
import { randomUUID } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import cors from 'cors';
import { Router } from 'express';
import type { Request, RequestHandler, Response } from 'express';
import type { Context } from '../context.ts';
import { AppError, NotFound } from '../errors.ts';
import { requestIdOf } from '../http/error-handler.ts';
import { receivedFile } from '../http/receive-file.ts';
import type { KeptAnswer } from '../store/api-answers.ts';
import { authenticateKey, authorizeKey } from './authenticate.ts';
import { callerOf } from './callers.ts';
import { describeApi } from './document.ts';
import { limitRequests } from './limits.ts';
import type { ApiAnswer, Operation } from './operation.ts';
import { operations } from './operations/index.ts';
import { apiPath } from './paths.ts';
import { problemHandler } from './problems.ts';
import { askedFor, readBodyOf, removeReceived } from './read-request.ts';
import { answerOnce } from './repeat.ts';

/** What a page of another origin may read of an answer. */
const exposedHeaders = ['Location', 'Retry-After', 'RateLimit', 'RateLimit-Policy', 'X-Request-Id'];

export function createApi(context: Context): Router {
  const router = Router({ caseSensitive: true });
  const { origins } = context.config.api;
  router.use(numberRequest);
  if (origins.length > 0) router.use(cors({ origin: [...origins], exposedHeaders, maxAge: 600 }));
  const document = JSON.stringify(describeApi(operations));
  router.get('/openapi.json', (_req, res) => {
    res.type('json').send(document);
  });
  router.use(authenticateKey(context), limitRequests(context));
  for (const operation of operations)
    router[operation.method](
      operation.path.replace(/\{(\w+)\}/g, ':$1'),
      authorizeKey(operation),
      ...readBodyOf(operation, context),
      answer(operation, context),
    );
  refuseOtherMethods(router);
  router.use(() => {
    throw new NotFound('address');
  });
  router.use(problemHandler(context));
  return router;
}

/** By which the log is searched. */
const numberRequest: RequestHandler = (req, res, next) => {
  // The request log has numbered it, where there is one.
  const id = requestIdOf(req) ?? randomUUID();
  req.id = id;
  res.set('X-Request-Id', id);
  next();
};

function answer(operation: Operation, context: Context): RequestHandler {
  return async (req, res) => {
    try {
      await carryOut(operation, context, req, res);
    } catch (error) {
      await removeReceived(req, context);
      throw error;
    }
  };
}

async function carryOut(operation: Operation, context: Context, req: Request, res: Response): Promise<void> {
  const { user, keyId } = callerOf(req);
  const begin = operation.prepare({ params: req.params, query: req.query, body: req.body as unknown });
  const file = operation.upload ? receivedFile(req) : null;
  const work = () => begin({ context, user, file });
  if (operation.downloadType !== undefined) {
    await sendDownload(res, operation.downloadType, await work());
    return;
  }
  const write = async () => toKept(operation, await work(), context);
  const idempotencyKey = operation.method === 'get' ? null : readIdempotencyKey(req);
  if (idempotencyKey === null) {
    send(res, await write());
    return;
  }
  const named = {
    name: { apiKeyId: keyId, idempotencyKey },
    asked: await askedFor(req, operation, context),
  };
  const { answer: kept, isRepeated } = await answerOnce(context.db, named, write);
  if (isRepeated) {
    res.set('Idempotency-Replayed', 'true');
    await removeReceived(req, context);
  }
  send(res, kept);
}

function readIdempotencyKey(req: Request): string | null {
  const key = req.get('idempotency-key');
  if (key === undefined) return null;
  if (/^[\x21-\x7e]{1,255}$/.test(key)) return key;
  throw new AppError(
    400,
    'bad-idempotency-key',
    'Idempotency-Key must have 1 to 255 visible ASCII characters.',
  );
}

/** In tests every answer is held against what the documentation says of it. */
function toKept(
  { status, schemas }: Operation,
  { body, location }: ApiAnswer,
  { config }: Context,
): KeptAnswer {
  if (config.environment === 'test') schemas.answer?.parse(body);
  return {
    status,
    location: location === undefined ? null : `${apiPath}${location}`,
    body: body === undefined ? null : JSON.stringify(body),
  };
}

function send(res: Response, { status, location, body }: KeptAnswer): void {
  if (location !== null) res.set('Location', location);
  res.status(status);
  if (body === null) res.end();
  else res.type('json').send(body);
}

async function sendDownload(res: Response, type: string, { download }: ApiAnswer): Promise<void> {
  if (!download) throw new NotFound('file');
  await pipeline(Readable.from(download.parts), res.attachment(download.name).type(type));
}

function refuseOtherMethods(router: Router): void {
  for (const path of new Set(operations.map((one) => one.path)))
    router.all(path.replace(/\{(\w+)\}/g, ':$1'), (_req, res) => {
      const methods = operations.filter((one) => one.path === path).map(({ method }) => method.toUpperCase());
      const allowed = [...methods, ...(methods.includes('GET') ? ['HEAD'] : [])].join(', ');
      res.set('Allow', allowed);
      throw new AppError(405, 'method-not-allowed', `This address accepts only ${allowed} requests.`);
    });
}
