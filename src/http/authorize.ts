/** Every route requires a permission, declared with `allow`. */
import type { Request, RequestHandler, Response } from 'express';
import { can } from '../domain/people/permissions.ts';
import type { Permission } from '../domain/people/permissions.ts';
import { AppError, Forbidden } from '../errors.ts';
import { findCurrentUser, localPath } from './authenticate.ts';
import { keepForm } from './kept-form.ts';
import { render } from './render.ts';

export type Access = Permission | 'signed-in' | 'everyone';

const secondFactorPage = '/account/second-factor';

const declared = new WeakMap<RequestHandler, Access>();

export function allow(access: Access): RequestHandler {
  const handler: RequestHandler = async (req, res, next) => {
    const user = findCurrentUser(req);
    if (access === 'everyone') {
      next();
    } else if (!user) {
      if (!req.accepts('html')) throw new AppError(401, 'not-signed-in', 'Sign in first.');
      await sendToSignIn(req, res);
    } else if (req.user?.needsSecondFactor && !req.path.startsWith(secondFactorPage)) {
      if (req.method !== 'GET') throw new Forbidden('Set up a second factor first, under Your account.');
      res.redirect(303, secondFactorPage);
    } else if (access !== 'signed-in' && !can(user, access)) {
      throw new Forbidden();
    } else {
      next();
    }
  };
  declared.set(handler, access);
  return handler;
}

/** The page to return to is in the address: anonymous visitors have no session. A late form is kept in the page. */
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

/** The access that a handler requires; undefined if it was not made by `allow`. Used by the test of the routes. */
export function accessOf(handler: RequestHandler): Access | undefined {
  return declared.get(handler);
}
