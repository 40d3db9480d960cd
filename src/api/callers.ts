/** Who a request is from, once its key has been looked at. */
import type { Request } from 'express';
import type { ApiCaller } from '../domain/api-keys/api-keys.ts';
import { AppError } from '../errors.ts';

const callers = new WeakMap<Request, ApiCaller>();

export function rememberCaller(req: Request, caller: ApiCaller): void {
  callers.set(req, caller);
}

export function findCallerOf(req: Request): ApiCaller | null {
  return callers.get(req) ?? null;
}

/** @throws AppError 401 */
export function callerOf(req: Request): ApiCaller {
  const caller = findCallerOf(req);
  if (!caller) throw unknownCaller('Send a key in the header Authorization.');
  return caller;
}

export function unknownCaller(message: string): AppError {
  return new AppError(401, 'no-key', message);
}
