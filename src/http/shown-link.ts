/**
 * A one-time link that an administrator has just made. Its page can be reloaded until another page is opened. The
 * database holds no more than a hash of the link, so the browser keeps it meanwhile: in a cookie that no script reads
 * and that is sent to this one page only.
 */
import type { Request, Response } from 'express';

const cookieName = 'holdfast-link';
const minutes = 15;

declare module 'express-session' {
  interface SessionData {
    /** The page that shows a one-time link. */
    linkShownAt: string;
  }
}

export function showLinkAt(res: Response, path: string, token: string): void {
  const { req } = res;
  req.session.linkShownAt = path;
  res.cookie(cookieName, token, {
    httpOnly: true,
    sameSite: 'strict',
    secure: req.secure,
    path,
    maxAge: minutes * 60_000,
  });
}

/** The token of the link, on its page. The cookie may contain anything: check that the link is valid. */
export function shownToken(req: Request): string | null {
  if (req.session.linkShownAt !== req.path) return null;
  return (
    new RegExp(`(?:^|;\\s*)${cookieName}=([\\w-]{43})(?:;|$)`).exec(req.get('cookie') ?? '')?.[1] ?? null
  );
}

/** Opening another page ends the display of the link. */
export function hideLinkElsewhere(res: Response): void {
  const { req } = res;
  const path = req.session.linkShownAt;
  if (path === undefined || path === req.path) return;
  delete req.session.linkShownAt;
  res.clearCookie(cookieName, { path });
}
