/**
 * Compresses pages, stylesheets and scripts. The length of a compressed page can reveal a secret in it to a site that
 * makes a browser request the page with guesses in its address (BREACH). Responses to requests from other sites are
 * therefore not compressed: see docs/decisions/0018-compressed-pages.md.
 */
import compression from 'compression';
import type { Request, RequestHandler } from 'express';
import type { Config } from '../config.ts';
import { isHttps } from './session.ts';

/** Downloads are streamed row by row, and model files are already compressed. */
const compressed = /^(text\/(html|css|javascript)|application\/(javascript|json)|image\/svg\+xml)\b/;

export function compress(config: Config): RequestHandler {
  const https = isHttps(config);
  return compression({
    filter: (req: Request, res) =>
      compressed.test(String(res.getHeader('Content-Type'))) && (isPublic(req) || isAskedHere(req, https)),
  });
}

/** Static files contain no secrets. */
function isPublic(req: Request): boolean {
  return req.originalUrl.startsWith('/assets/');
}

/**
 * Browsers send `Sec-Fetch-Site` only over HTTPS or on this machine. Without HTTPS, pages can be read in transit
 * anyway.
 */
function isAskedHere(req: Request, https: boolean): boolean {
  const site = req.get('sec-fetch-site');
  return site === undefined ? !https && !req.secure : site === 'same-origin' || site === 'none';
}
