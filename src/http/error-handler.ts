/** Turns an error into a response, as a page or as JSON. */
import type { ErrorRequestHandler, Request, Response } from 'express';
import type { Context } from '../context.ts';
import {
  AppError,
  DamagedScores,
  errorFields,
  isDiskFull,
  NotFound,
  TryLater,
  Unavailable,
  Unprocessable,
} from '../errors.ts';
import { isLocked, isUnreachable } from '../db/failures.ts';
import { findCurrentUser } from './authenticate.ts';
import { csrfAnswer, isCsrfError } from './csrf.ts';
import { answerOldToken } from './late-form.ts';
import { render } from './render.ts';

export function errorHandler(context: Context): ErrorRequestHandler {
  // Express recognises an error handler by its four parameters. Nothing is passed on to Express's own handler: it
  // writes the error to stderr and, outside production, onto the page.
  // eslint-disable-next-line @typescript-eslint/no-unused-vars
  return async (error: unknown, req, res, _next) => {
    if (res.headersSent) {
      noteError(context, error, req, 'Failed after the answer had begun');
      // Too late for an error page: closing the connection shows the client that the response is incomplete.
      if (!res.writableEnded) res.destroy();
      return;
    }
    const answer = toAppError(error);
    if (answer.status >= 500) noteError(context, error, req, 'Request failed');
    noteRefusal(context, answer, req, findCurrentUser(req)?.id ?? null);
    if (answer instanceof TryLater) res.set('Retry-After', String(answer.retryAfterSeconds));
    try {
      const isAnswered =
        isCsrfError(error) &&
        req.accepts('html') &&
        (await answerOldToken(req, res, context.config.publicUrl));
      if (!isAnswered) await send(req, res, answer);
    } catch (failure) {
      noteError(context, failure, req, 'The page of an error could not be shown');
      sendPlainly(res, answer);
    }
  };
}

export function noteError({ log }: Context, error: unknown, req: Request, message: string): void {
  log.error({ err: errorFields(error), requestId: requestIdOf(req), path: safePath(req) }, message);
}

/** Somebody asked for what they may not have, was not who the form was for, or tried too often. */
const refusals: ReadonlySet<number> = new Set([401, 403, 429]);

/** `userId`: its number, not the name: the log is no place for it. */
export function noteRefusal(
  { log }: Context,
  { status, code }: AppError,
  req: Request,
  userId: number | null,
): void {
  if (!refusals.has(status)) return;
  log.warn({ status, code, userId, requestId: requestIdOf(req), path: safePath(req) }, 'Request refused');
}

async function send(req: Request, res: Response, answer: AppError): Promise<void> {
  if (!req.accepts('html')) {
    const errors = answer instanceof Unprocessable ? { errors: answer.errors } : {};
    res.status(answer.status).json({ code: answer.code, message: answer.message, ...errors });
    return;
  }
  const title = titleOf(answer);
  const requestId = answer.status >= 500 ? requestIdOf(req) : null;
  const data = { title, status: answer.status, message: answer.message, requestId, link: linkOf(answer) };
  if (typeof req.session === 'undefined') sendPlainly(res, answer);
  else await render(res, 'error', data, answer.status);
}

/** Where the remedy is. */
function linkOf(answer: AppError): { readonly href: string; readonly text: string } | null {
  if (!(answer instanceof DamagedScores)) return null;
  return { href: `/batches/${answer.upload.batchId}`, text: `Open ${answer.upload.name}` };
}

/** Without a template, a session or the database. */
function sendPlainly(res: Response, answer: AppError): void {
  res
    .status(answer.status)
    .type('text')
    .send(`${titleOf(answer)}. ${answer.message}`);
}

function titleOf({ status }: AppError): string {
  return titles.get(status) ?? 'Something went wrong';
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

/** Express and its parsers throw errors with a status; everything else is an internal error. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (isCsrfError(error)) return csrfAnswer();
  const { status } = (typeof error === 'object' && error !== null ? error : {}) as HttpFailure;
  if (error instanceof URIError)
    return new AppError(400, 'bad-address', 'The address contains an invalid % sequence. Check the link.');
  if (isDiskFull(error)) {
    return new AppError(
      507,
      'disk-full',
      'The disk is full, so this could not be saved. Earlier changes are safe. Ask an administrator to free some space.',
    );
  }
  if (isLocked(error) || isPoolTimeout(error))
    return new Unavailable('The database is busy. Nothing was saved. Try again in a moment.', 'busy');
  if (isUnreachable(error))
    return new Unavailable(
      'The database cannot be reached. Try again in a moment, and look whether your last change was saved.',
      'no-database',
    );
  if (status === 404) return new NotFound();
  if (status === 413)
    return new AppError(413, 'too-large', 'The request is too large. Send less data at once.');
  if (status === 415) return new AppError(415, 'unsupported', 'This type of content is not supported here.');
  if (status !== undefined && status >= 400 && status < 500) {
    return new AppError(status, 'bad-request', 'The request is malformed. Go back and try again.');
  }
  return new AppError(
    500,
    'fault',
    'Something went wrong on our side. Your last change was not saved; earlier changes are safe.',
  );
}

/** Knex gave up waiting for a connection. */
function isPoolTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === 'KnexTimeoutError';
}

/** The request log numbers requests; without one there is no number. */
export function requestIdOf(req: Request): string | null {
  return typeof req.id === 'string' || typeof req.id === 'number' ? String(req.id) : null;
}

/** A one-time link is a secret, and so is a key that somebody put into an address. */
export function safePath(req: Request): string {
  return req.path.replace(/hf_[0-9a-f]{12}_[\w-]+/g, 'hf_…').replace(/^\/(setup|password)\/[^/]+/, '/$1/…');
}
