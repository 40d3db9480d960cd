/**
 * Errors that are an answer rather than a fault. Anything else that is thrown is a bug and becomes a
 * generic 500. The message is shown to people: plain words, what is wrong and what to do.
 */
import { isDatabaseError } from './db/failures.ts';

export class AppError extends Error {
  readonly status: number;
  /** Stable, machine-readable, such as `not-found`. */
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = new.target.name;
    this.status = status;
    this.code = code;
  }
}

export class NotFound extends AppError {
  constructor(what = 'page') {
    super(404, 'not-found', `There is no such ${what}, or you have no access to it.`);
  }
}

export class Forbidden extends AppError {
  constructor(message = 'Your role does not allow this. An administrator can change it.') {
    super(403, 'forbidden', message);
  }
}

export class Conflict extends AppError {
  constructor(message: string, code = 'conflict') {
    super(409, code, message);
  }
}

/** One thing wrong with one field of a form; `field` is its name in the form. */
export interface FieldError {
  readonly field: string;
  readonly message: string;
}

/** What was sent cannot be used as it is: every problem at once. */
export class Unprocessable extends AppError {
  readonly errors: readonly FieldError[];

  constructor(errors: readonly FieldError[], message = errors.map((error) => error.message).join(' ')) {
    super(422, 'unprocessable', message);
    this.errors = errors;
  }
}

/** An answer that says after how many seconds another try makes sense. */
export abstract class TryLater extends AppError {
  readonly retryAfterSeconds: number;

  constructor(status: number, code: string, retryAfterSeconds: number, message: string) {
    super(status, code, message);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

export class TooManyRequests extends TryLater {
  constructor(retryAfterSeconds: number, message: string) {
    super(429, 'too-many-requests', retryAfterSeconds, message);
  }
}

/** Nothing is wrong with the request, but it cannot be answered now. */
export class Unavailable extends TryLater {
  constructor(message: string, code = 'unavailable', retryAfterSeconds = 10) {
    super(503, code, retryAfterSeconds, message);
  }
}

/** The store of shared files cannot be used now. Nothing is lost: what is to be stored there is not acknowledged before it is. */
export class FilesUnavailable extends TryLater {
  /** `address`: of the store; `reason`: after a colon, in words. */
  constructor(address: string, reason: string) {
    super(
      503,
      'files-unavailable',
      10,
      `The file store ${address} cannot be used now: ${reason}. Try again in a moment.`,
    );
  }
}

/** What is missing here, or damaged, is in the store of shared files as it should be: fetch it, and try again. */
export class FileElsewhere extends TryLater {
  /** Its name in the store. */
  readonly fileName: string;

  constructor(fileName: string) {
    super(503, 'file-elsewhere', 5, 'A file is on its way from the file store. Try again in a moment.');
    this.fileName = fileName;
  }
}

/** A file in the store of shared files is gone, or is not what was put there. It is never used. */
export class ChangedFile extends AppError {
  readonly problem: string;

  constructor(address: string, key: string, problem: string) {
    super(
      409,
      'file-changed',
      `A file in the store ${address} cannot be used: ${problem}. Restore the object ${key} there from a backup.`,
    );
    this.problem = `in the file store, ${problem}`;
  }
}

/** What the database or a file beside it holds does not have the shape that it was written with: edited by hand, or restored in part. */
export class DamagedRecord extends AppError {
  /** `of`: what it is and its number; `problem`: the place in it and what is wrong there; `remedy`: what to do. */
  constructor(
    of: string,
    problem: string,
    remedy = 'Restore the database from a backup, or remove that record.',
  ) {
    super(500, 'damaged-record', `The stored ${of} is damaged (${problem}). ${remedy}`);
  }
}

/** Whose scores cannot be read. */
export interface DamagedUpload {
  readonly batchId: number;
  /** As it was uploaded. */
  readonly name: string;
  /** ISO 8601. */
  readonly uploadedAt: string;
  /** How long its score file should be, which says that it is the one that was looked for. */
  readonly scoreBytes: number;
}

/** The score file of a batch is missing, cut short or changed. Everything else works, so this is no fault of the program. */
export class DamagedScores extends AppError {
  readonly upload: DamagedUpload;
  readonly problem: string;

  constructor(upload: DamagedUpload, problem: string) {
    const date = upload.uploadedAt.slice(0, 10);
    super(
      409,
      'scores-damaged',
      `The scores of ${upload.name}, uploaded on ${date}, cannot be read, because their file is damaged (${problem}). Open that file under Score, and score it again or delete it.`,
    );
    this.upload = upload;
    this.problem = problem;
  }
}

/**
 * What a log may say about an error: its name, its code and where it happened. The message of a database
 * error is left out, whatever wrote it, because it can hold what somebody typed.
 */
export function errorFields(error: unknown): { readonly name: string; readonly [field: string]: unknown } {
  if (!(error instanceof Error)) return { name: 'unknown' };
  const { code } = error as { readonly code?: unknown };
  const stack = error.stack?.split('\n').filter((line) => line.trimStart().startsWith('at ')) ?? [];
  return {
    name: error.name,
    code,
    message: isDatabaseError(error) ? code : error.message,
    stack: stack.slice(0, 8),
  };
}

/** A thread was ended because it needed more memory than it may use. */
export function isOutOfMemory(error: unknown): boolean {
  return ((error ?? {}) as { readonly code?: unknown }).code === 'ERR_WORKER_OUT_OF_MEMORY';
}

/** Why something failed whose thread ran out of memory. A retry would need as much. */
export function needsMoreMemory(): AppError {
  const words =
    'This needs more memory than Holdfast may use. Try it with fewer rows or columns, or have the setting ' +
    'THREAD_MEMORY_MB raised.';
  return new AppError(422, 'too-much', words);
}

/** No space is left, for a file or for the database. */
export function isDiskFull(error: unknown): boolean {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  return code === 'ENOSPC' || code === 'EDQUOT' || code === 'SQLITE_FULL' || code === '53100';
}
