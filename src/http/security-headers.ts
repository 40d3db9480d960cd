/** Security headers: everything is forbidden except what the pages need. */
import type { RequestHandler } from 'express';
import helmet from 'helmet';
import type { Config } from '../config.ts';
import { isHttps } from './session.ts';

export function securityHeaders(config: Config): RequestHandler {
  const setHeaders = headersFor(isHttps(config));
  return (req, res, next) => {
    // Every answer can hold a token or a customer: no cache keeps it. Static files say otherwise of themselves.
    res.set('Cache-Control', 'no-store');
    setHeaders(req, res, next);
  };
}

function headersFor(https: boolean) {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        fontSrc: ["'self'"],
        connectSrc: ["'self'"],
        manifestSrc: ["'self'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
      },
    },
    // Over plain HTTP browsers ignore these and complain in the console.
    strictTransportSecurity: https ? { maxAge: 63_072_000, includeSubDomains: true } : false,
    crossOriginOpenerPolicy: https ? { policy: 'same-origin' } : false,
    originAgentCluster: https,
    crossOriginResourcePolicy: { policy: 'same-origin' },
    referrerPolicy: { policy: 'same-origin' },
    xFrameOptions: { action: 'deny' },
  });
}
