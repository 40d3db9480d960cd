/** Who sends a request: the key in its `Authorization` header, and nothing else. Cookies are ignored. */
import type { RequestHandler } from 'express';
import type { Context } from '../context.ts';
import { findCaller } from '../domain/api-keys/api-keys.ts';
import { scopes } from '../domain/api-keys/scopes.ts';
import { can } from '../domain/people/permissions.ts';
import { Forbidden } from '../errors.ts';
import { callerOf, rememberCaller, unknownCaller } from './callers.ts';
import type { Operation } from './operation.ts';

const keyInAddress = /hf_[0-9a-f]{12}_|[?&](api[_-]?key|access_token|token)=/i;

export function authenticateKey({ db }: Context): RequestHandler {
  return async (req, res, next) => {
    res.set('WWW-Authenticate', 'Bearer realm="Holdfast"');
    if (keyInAddress.test(decodeURIComponent(req.originalUrl)))
      throw unknownCaller(
        'A key does not belong into an address, which logs and histories keep. Revoke it, and send another one in the header Authorization.',
      );
    const [, key] = /^Bearer +(\S+)$/i.exec(req.get('authorization') ?? '') ?? [];
    if (key === undefined) throw unknownCaller('Send a key in the header Authorization: Bearer hf_….');
    const caller = await findCaller(db, key);
    if (!caller) throw unknownCaller('This key is not known, was revoked or has expired.');
    res.removeHeader('WWW-Authenticate');
    rememberCaller(req, caller);
    next();
  };
}

/** The key needs the scope, and the person whose key it is the permission. */
export function authorizeKey({ scope }: Pick<Operation, 'scope'>): RequestHandler {
  return (req, res, next) => {
    const caller = callerOf(req);
    const hasScope = caller.scopes.includes(scope);
    if (hasScope && can(caller.user, scopes[scope].permission)) {
      next();
      return;
    }
    res.set('WWW-Authenticate', `Bearer realm="Holdfast", error="insufficient_scope", scope="${scope}"`);
    throw new Forbidden(
      hasScope
        ? `The role of ${caller.user.name}, whose key this is, does not allow this any more.`
        : `This key lacks the scope ${scope}. An administrator can make another one.`,
    );
  };
}
