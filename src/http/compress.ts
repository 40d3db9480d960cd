/**
 * Compresses pages, stylesheets and scripts. The length of a compressed page can give away a secret in it to a site
 * that makes a browser ask for the page with guesses in its address (BREACH). What another site asks for is
 * therefore sent as it is: see docs/decisions/0018-compressed-pages.md.
 */
import compression from 'compression';
import type { Request, RequestHandler } from 'express';
import type { Config } from '../config.ts';
import { isHttps } from './session.ts';

/** Downloads go out row by row, and files of models are compressed already. */
const compressed = /^(text\/(html|css|javascript)|application\/(javascript|json)|image\/svg\+xml)\b/;

export function compress(config: Config): RequestHandler {
  const https = isHttps(config);
  return compression({
    filter: (req: Request, res) =>
      compressed.test(String(res.getHeader('Content-Type'))) && (isPublic(req) || isAskedHere(req, https)),
  });
}

/** Files that are the same for everybody hold no secret. */
function isPublic(req: Request): boolean {
  return req.originalUrl.startsWith('/assets/');
}

/**
 * Browsers say in `Sec-Fetch-Site` who asks, but only over HTTPS or on this machine. Without HTTPS pages can be read
 * on their way anyway.
 */
function isAskedHere(req: Request, https: boolean): boolean {
  const site = req.get('sec-fetch-site');
  return site === undefined ? !https && !req.secure : site === 'same-origin' || site === 'none';
}
