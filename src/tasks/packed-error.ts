/** Passes errors between threads: a thrown error arrives as the same kind of error. */
import * as errors from '../errors.ts';
import type { DamagedUpload, FieldError } from '../errors.ts';

export interface PackedError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  /** null: an internal error, not a response. */
  readonly status: number | null;
  readonly code: string | undefined;
  readonly errors: readonly FieldError[] | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly upload: DamagedUpload | undefined;
  readonly problem: string | undefined;
  readonly fileName: string | undefined;
}

export function packError(error: unknown): PackedError {
  const { name, message, stack } =
    error instanceof Error ? error : new Error('A value that is not an Error was thrown.');
  const {
    code,
    errors: fields,
    retryAfterSeconds,
    upload,
    problem,
    fileName,
  } = error as Partial<errors.Unprocessable & errors.TryLater & errors.DamagedScores & errors.FileElsewhere>;
  const status = error instanceof errors.AppError ? error.status : null;
  return { name, message, stack, status, code, errors: fields, retryAfterSeconds, upload, problem, fileName };
}

export function unpackError(packed: PackedError): Error {
  const { name, message, stack, status, code } = packed;
  if (status === null) return Object.assign(new Error(message), { name, stack, code });
  const error = new errors.AppError(status, code ?? 'fault', message);
  Object.setPrototypeOf(error, prototypeOf(name));
  const { errors: fields, retryAfterSeconds, upload, problem, fileName } = packed;
  return Object.assign(error, {
    name,
    ...(stack !== undefined && { stack }),
    ...(fields && { errors: fields }),
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
    ...(upload && { upload }),
    ...(problem !== undefined && { problem }),
    ...(fileName !== undefined && { fileName }),
  });
}

function prototypeOf(name: string): object {
  const kind: unknown = (errors as Readonly<Record<string, unknown>>)[name];
  const isKind = typeof kind === 'function' && kind.prototype instanceof errors.AppError;
  return isKind ? (kind.prototype as object) : errors.AppError.prototype;
}
