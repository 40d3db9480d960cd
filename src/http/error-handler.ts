/** The one place where an error becomes an answer, as a page or as JSON. */
import type { ErrorRequestHandler, Request, Response } from 'express';
import type { Context } from '../context.ts';
import { AppError, TryLater, Unavailable, Unprocessable } from '../errors.ts';
import { isLocked } from '../sqlite-client.ts';
import { csrfAnswer, isCsrfError } from './csrf.ts';
import { render } from './render.ts';

export function errorHandler(context: Context): ErrorRequestHandler {
  return async (error: unknown, req, res, next) => {
    if (res.headersSent) {
      // Too late for an answer: cutting the connection tells the reader that it is not whole.
      next(error);
      return;
    }
    const answer = toAppError(error);
    if (answer.status >= 500) {
      context.log.error(
        { err: withoutData(error), requestId: requestIdOf(req), path: safePath(req) },
        'Request failed',
      );
    }
    if (answer instanceof TryLater) res.set('Retry-After', String(answer.retryAfterSeconds));
    await send(req, res, answer);
  };
}

async function send(req: Request, res: Response, answer: AppError): Promise<void> {
  if (!req.accepts('html')) {
    const errors = answer instanceof Unprocessable ? { errors: answer.errors } : {};
    res.status(answer.status).json({ code: answer.code, message: answer.message, ...errors });
    return;
  }
  const title = titles.get(answer.status) ?? 'Something went wrong';
  const requestId = answer.status >= 500 ? requestIdOf(req) : null;
  const data = { title, status: answer.status, message: answer.message, requestId };
  if (typeof req.session === 'undefined')
    res.status(answer.status).type('text').send(`${title}. ${answer.message}`);
  else await render(res, 'error', data, answer.status);
}

const titles = new Map([
  [400, 'This request cannot be read'],
  [401, 'Sign in first'],
  [403, 'No permission'],
  [404, 'Page not found'],
  [405, 'This is not possible here'],
  [409, 'This cannot be done now'],
  [413, 'Too large'],
  [415, 'This kind of file cannot be read'],
  [422, 'There is a problem'],
  [429, 'Too many attempts'],
  [503, 'This cannot be answered now'],
  [507, 'The disk is full'],
]);

interface HttpFailure {
  readonly status?: number;
  readonly type?: string;
  readonly code?: string;
}

/** Express and its parsers throw errors with a status; everything else is a fault of ours. */
function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (isCsrfError(error)) return csrfAnswer();
  const { status, code } = (typeof error === 'object' && error !== null ? error : {}) as HttpFailure;
  if (error instanceof URIError) return new AppError(400, 'bad-address', 'The address has a broken % in it.');
  if (code === 'ENOSPC' || code === 'SQLITE_FULL') {
    return new AppError(
      507,
      'disk-full',
      'There is no space left to store this. Nothing that was stored before is lost.',
    );
  }
  if (isLocked(error)) return new Unavailable('The database is busy. Try again in a moment.', 'busy');
  if (status === 413) return new AppError(413, 'too-large', 'This is more than can be sent at once.');
  if (status === 415) return new AppError(415, 'unsupported', 'This kind of content cannot be read here.');
  if (status !== undefined && status >= 400 && status < 500) {
    return new AppError(status, 'bad-request', 'The request cannot be read as it was sent.');
  }
  return new AppError(
    500,
    'fault',
    'This is a fault of ours. What was saved before is safe; what you just sent was not saved.',
  );
}

/** Database errors carry the statement with its values; only name, code and stack without the message go to the log. */
function withoutData(error: unknown): object {
  if (!(error instanceof Error)) return { name: 'unknown' };
  const { code } = error as HttpFailure;
  const isDatabase = code?.startsWith('SQLITE') ?? false;
  const stack = error.stack?.split('\n').filter((line) => line.trimStart().startsWith('at ')) ?? [];
  return { name: error.name, code, message: isDatabase ? code : error.message, stack: stack.slice(0, 8) };
}

/** The request log numbers requests; without one there is no number. */
function requestIdOf(req: Request): string | null {
  return typeof req.id === 'string' || typeof req.id === 'number' ? String(req.id) : null;
}

/** A one-time link is a secret. */
export function safePath(req: Request): string {
  return req.path.replace(/^\/(setup|password)\/[^/]+/, '/$1/…');
}
