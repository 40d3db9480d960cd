/** Failures of the database that pass: the same again may succeed later. */

function codeOf(error: unknown): string {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  return typeof code === 'string' ? code : '';
}

/** lock_not_available, deadlock_detected, serialization_failure */
const lockedStates = new Set(['55P03', '40P01', '40001']);

/** Another connection keeps the database, or what was to be written in it, locked: nothing was saved. */
export function isLocked(error: unknown): boolean {
  const code = codeOf(error);
  return /^SQLITE_(BUSY|LOCKED)/.test(code) || lockedStates.has(code);
}

/** Connection exceptions, too many connections, a server that stops or starts, an idle transaction that was ended. */
const lostStates = /^(08...|53300|57P0[1-5]|25P0[34])$/;
const lostSockets = new Set([
  ...[
    'ECONNREFUSED',
    'ECONNRESET',
    'EPIPE',
    'ETIMEDOUT',
    'EHOSTUNREACH',
    'ENETUNREACH',
    'ENOTFOUND',
    'EAI_AGAIN',
  ],
]);
/** Errors of the driver that have no code. */
const lostWords =
  /^(Connection terminated|Client has encountered a connection error|timeout expired|Query read timeout|Client was closed)/;

/** PostgreSQL cannot be reached, or the connection was lost: whether a commit under way was saved is not known. */
export function isUnreachable(error: unknown): boolean {
  const code = codeOf(error);
  if (lostStates.test(code) || lostSockets.has(code)) return true;
  return code === '' && error instanceof Error && lostWords.test(error.message);
}

/** no_active_sql_transaction, in_failed_sql_transaction, invalid_savepoint_specification */
const goneStates = new Set(['25P01', '25P02', '3B001']);

/** A part of a transaction finds that the whole is not there any more: SQLite itself takes it back where the disk fails. */
export function isTransactionGone(error: unknown): boolean {
  const { message } = (error ?? {}) as { readonly message?: unknown };
  const isGoneInSqlite = codeOf(error) === 'SQLITE_ERROR' && String(message).includes('no such savepoint');
  return isGoneInSqlite || goneStates.has(codeOf(error));
}

/** PostgreSQL's errors carry the place in its source; their messages can hold what somebody typed. */
export function isDatabaseError(error: unknown): boolean {
  return codeOf(error).startsWith('SQLITE') || (error instanceof Error && 'routine' in error);
}
