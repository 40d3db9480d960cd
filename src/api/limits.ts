/** How many requests a key may send a minute. Counts are of this process: a limit of use, not of guessing. */
import type { RequestHandler } from 'express';
import { rateLimit } from 'express-rate-limit';
import type { Context } from '../context.ts';
import { TooManyRequests } from '../errors.ts';
import { callerOf } from './callers.ts';

const windowMs = 60_000;

/** With the headers `RateLimit` and `RateLimit-Policy`. */
export function limitRequests({ config }: Context): RequestHandler {
  return rateLimit({
    windowMs,
    limit: config.api.requestsPerMinute,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    identifier: 'key',
    keyGenerator: (req) => String(callerOf(req).keyId),
    handler: (_req, res, next) => {
      const seconds = Number(res.getHeader('Retry-After') ?? windowMs / 1000);
      next(new TooManyRequests(seconds, `This key has sent too many requests. Go on in ${seconds} s.`));
    },
  });
}
