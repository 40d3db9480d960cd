/** Nothing is reachable without a permission; `allow` names it beside each route. */
import type { Request, RequestHandler, Response } from 'express';
import { can } from '../domain/people/permissions.ts';
import type { Permission } from '../domain/people/permissions.ts';
import { AppError, Forbidden } from '../errors.ts';
import { findCurrentUser, localPath } from './authenticate.ts';
import { keepForm } from './kept-form.ts';
import { render } from './render.ts';

export type Access = Permission | 'signed-in' | 'everyone';

const declared = new WeakMap<RequestHandler, Access>();

export function allow(access: Access): RequestHandler {
  const handler: RequestHandler = async (req, res, next) => {
    const user = findCurrentUser(req);
    if (access === 'everyone') {
      next();
    } else if (!user) {
      if (!req.accepts('html')) throw new AppError(401, 'not-signed-in', 'Sign in first.');
      await sendToSignIn(req, res);
    } else if (access !== 'signed-in' && !can(user, access)) {
      throw new Forbidden();
    } else {
      next();
    }
  };
  declared.set(handler, access);
  return handler;
}

/** The way back is in the address: strangers get no session. A form that came too late is kept in the page. */
async function sendToSignIn(req: Request, res: Response): Promise<void> {
  const isPage = req.method === 'GET' || req.method === 'HEAD';
  const next = localPath(isPage ? req.originalUrl : req.get('referer')?.replace(/^https?:\/\/[^/]+/, ''));
  const kept = keepForm(req);
  if (kept === null)
    res.redirect(303, next === '/' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(next)}`);
  else
    await render(
      res,
      'auth/sign-in',
      { title: 'Sign in', scripts: ['show-password'], email: '', next, kept },
      401,
    );
}

/** What a route's handler demands; undefined: it is not one of `allow`'s. The route map's test asks. */
export function accessOf(handler: RequestHandler): Access | undefined {
  return declared.get(handler);
}
