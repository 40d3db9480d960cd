/**
 * Refuses every request that changes something without the token of its session. Before sign-in there is no session:
 * the token is in a cookie of its own, so that anonymous visitors do not fill a table.
 */
import { csrfSync } from 'csrf-sync';
import type { Request, RequestHandler } from 'express';
import { AppError } from '../errors.ts';

const { generateToken, isRequestValid, csrfSynchronisedProtection, invalidCsrfTokenError } = csrfSync({
  // Never from the address: addresses end up in logs, histories and referrers.
  getTokenFromRequest: (req) => bodyToken(req) ?? req.get('x-csrf-token'),
  getTokenFromState: (req) => (isSignedIn(req) ? req.session.csrfToken : cookieToken(req)),
  storeTokenInState: (req, token) => {
    if (isSignedIn(req)) req.session.csrfToken = token;
    else if (typeof token === 'string') setCookie(req, token);
  },
  size: 32,
});

export const csrf: RequestHandler = csrfSynchronisedProtection;

/** The token of the session; one is made where there is none. */
export function csrfTokenOf(req: Request): string {
  return generateToken(req);
}

export function hasCsrfToken(req: Request): boolean {
  return isRequestValid(req);
}

export function isCsrfError(error: unknown): boolean {
  return error === invalidCsrfTokenError;
}

/**
 * Refuses requests from other sites, even with a token. Browsers send the origin of a request in `Sec-Fetch-Site`,
 * over plain HTTP only in `Origin`; other programs send neither.
 */
export function refuseForeign(publicUrl: string | null): RequestHandler {
  return (req, _res, next) => {
    if (!['GET', 'HEAD', 'OPTIONS'].includes(req.method) && originOf(req, publicUrl) === 'foreign')
      throw new AppError(
        403,
        'foreign-origin',
        'This form was sent from another site. Nothing was changed. Open the page here and send it again. Behind a proxy, PUBLIC_URL must be the public address.',
      );
    next();
  };
}

/** The origin that a request states. */
export function originOf(req: Request, publicUrl: string | null): 'own' | 'foreign' | 'unknown' {
  const site = req.get('sec-fetch-site');
  if (site !== undefined) return site === 'same-origin' || site === 'none' ? 'own' : 'foreign';
  const origin = req.get('origin');
  if (origin === undefined) return 'unknown';
  const host = URL.canParse(origin) ? new URL(origin).host : null;
  const own = [req.get('host'), publicUrl === null ? undefined : new URL(publicUrl).host];
  return host !== null && own.includes(host) ? 'own' : 'foreign';
}

export function csrfAnswer(): AppError {
  return new AppError(
    403,
    'csrf',
    'This page was open for too long, or the form was sent from another site. Nothing was changed. Go back, reload the page and try again.',
  );
}

function bodyToken(req: Request): string | undefined {
  const body = req.body as { _csrf?: unknown } | undefined;
  return typeof body?._csrf === 'string' ? body._csrf : undefined;
}

function isSignedIn(req: Request): boolean {
  return req.session.passport?.user !== undefined;
}

/** Under HTTPS the prefix keeps neighbouring hosts from planting a cookie. */
function cookieName(req: Request): string {
  return req.secure ? '__Host-holdfast-form' : 'holdfast-form';
}

/** Set with this response, whose form contains the same token. */
const justSet = new WeakMap<Request, string>();

function cookieToken(req: Request): string | undefined {
  const cookie = new RegExp(`(?:^|;\\s*)${cookieName(req)}=([0-9a-f]{64})(?:;|$)`).exec(
    req.get('cookie') ?? '',
  );
  return justSet.get(req) ?? cookie?.[1];
}

function setCookie(req: Request, token: string): void {
  justSet.set(req, token);
  req.res?.cookie(cookieName(req), token, { httpOnly: true, sameSite: 'lax', secure: req.secure, path: '/' });
}
