/** Nothing is reachable without a permission; `allow` names it beside each route. */
import type { RequestHandler } from 'express';
import { can } from '../domain/permissions.ts';
import type { Permission } from '../domain/permissions.ts';
import { AppError, Forbidden } from '../errors.ts';
import { findCurrentUser, localPath } from './authenticate.ts';

export type Access = Permission | 'signed-in' | 'everyone';

const declared = new WeakMap<RequestHandler, Access>();

export function allow(access: Access): RequestHandler {
  const handler: RequestHandler = (req, res, next) => {
    const user = findCurrentUser(req);
    if (access === 'everyone') {
      next();
    } else if (!user) {
      if (!req.accepts('html')) throw new AppError(401, 'not-signed-in', 'Sign in first.');
      // Only a page can be returned to; what a form would have sent is lost with the session.
      req.session.returnTo = localPath(
        req.method === 'GET' ? req.originalUrl : req.get('referer')?.replace(/^https?:\/\/[^/]+/, ''),
      );
      res.redirect(303, '/sign-in');
    } else if (access !== 'signed-in' && !can(user, access)) {
      throw new Forbidden();
    } else {
      next();
    }
  };
  declared.set(handler, access);
  return handler;
}

/** What a route's handler demands; undefined: it is not one of `allow`'s. The route map's test asks. */
export function accessOf(handler: RequestHandler): Access | undefined {
  return declared.get(handler);
}
