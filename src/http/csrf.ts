/** Every request that changes something carries the token of its session, or it is refused. */
import { csrfSync } from 'csrf-sync';
import type { Request, RequestHandler } from 'express';
import { AppError } from '../errors.ts';

const { generateToken, getTokenFromState, csrfSynchronisedProtection, invalidCsrfTokenError } = csrfSync({
  // A multipart form is checked before its body is read, so its token comes in the address.
  getTokenFromRequest: (req) => bodyToken(req) ?? req.get('x-csrf-token') ?? queryToken(req),
  size: 32,
});

export const csrf: RequestHandler = csrfSynchronisedProtection;

export function csrfTokenOf(req: Request): string {
  return getTokenFromState(req) ?? generateToken(req);
}

export function isCsrfError(error: unknown): boolean {
  return error === invalidCsrfTokenError;
}

export function csrfAnswer(): AppError {
  return new AppError(
    403,
    'csrf',
    'This page was open for too long, or the request came from elsewhere. Nothing was changed. Go back, reload the page and try again.',
  );
}

function bodyToken(req: Request): string | undefined {
  const body = req.body as { _csrf?: unknown } | undefined;
  return typeof body?._csrf === 'string' ? body._csrf : undefined;
}

function queryToken(req: Request): string | undefined {
  const isMultipart = req.is('multipart/form-data') === 'multipart/form-data';
  return isMultipart && typeof req.query['csrf'] === 'string' ? req.query['csrf'] : undefined;
}
