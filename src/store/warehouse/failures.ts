/**
 * What went wrong on a database of the company, in words of our own: a server's message can hold the statement or data, and
 * messages of jobs are logged.
 */
import { isLocked, isUnreachable } from '../../db/failures.ts';
import { AppError, Unavailable } from '../../errors.ts';

/** The connection was refused or lost: trying again may help. It is no AppError, so that jobs do. */
export class WarehouseLost extends Error {
  override readonly name = 'WarehouseLost';
}

/** By SQLSTATE, or the code of a socket or a certificate. */
const words: Readonly<Record<string, string>> = {
  '28P01': 'The password is wrong.',
  '28000':
    'The server refuses this user. Check the user name, the TLS setting, and pg_hba.conf on the server.',
  '3D000': 'There is no such database on the server.',
  '42501': 'The user of this connection lacks the right to do this.',
  '42P01': 'There is no such table, or the user of this connection cannot see it.',
  '3F000': 'There is no such schema.',
  '42703': 'There is no such column.',
  '42702': 'The name of a column is ambiguous.',
  '42883': 'There is no such function or operator for these types.',
  '42601': 'The syntax is wrong, or this is more than one statement.',
  '25006': 'The query would write. Queries may only read.',
  '0A000': 'The server cannot do this in a query that only reads.',
  '57014': 'The server ended it, because it took longer than WAREHOUSE_TIMEOUT_SECONDS allows.',
  '22P02': 'A value does not fit the type of its column.',
  '42804': 'A value does not fit the type of its column.',
  '22012': 'The query divides by zero.',
  '23502': 'A column of the table needs a value that Holdfast does not give.',
  '23505': 'The table has a unique index that refuses these rows.',
  '53100': 'The disk of the server is full.',
  '53200': 'The server is out of memory.',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'The certificate of the server is self-signed, so it cannot be checked.',
  SELF_SIGNED_CERT_IN_CHAIN: 'The certificate of the server comes from an unknown authority.',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'The certificate of the server comes from an unknown authority.',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'The certificate of the server comes from an unknown authority.',
  ERR_TLS_CERT_ALTNAME_INVALID: 'The certificate of the server is for another host.',
  CERT_HAS_EXPIRED: 'The certificate of the server has expired.',
};

/** Of the driver, which has no codes for them. */
const noTls = /does not support SSL|establishing an SSL/;

/** `statement`: what was typed, where the place of an error helps. */
export function warehouseFailure(error: unknown, statement?: TypedStatement): Error {
  if (error instanceof AppError || error instanceof WarehouseLost) return error;
  const { code = '', message = '' } = error as { readonly code?: string; readonly message?: string };
  if (noTls.test(message))
    return refused('The server does not offer an encrypted connection. Choose another TLS setting.');
  if (isLocked(error))
    return new Unavailable('Another writer keeps the table locked. Try again in a moment.');
  if (words[code] === undefined && isUnreachable(error))
    return new WarehouseLost('The database server cannot be reached, or the connection was lost.');
  if (words[code] === undefined && !isServerError(error)) return error as Error;
  return refused(`${words[code] ?? `The server refused this (code ${code}).`}${placeOf(error, statement)}`);
}

export interface TypedStatement {
  readonly text: string;
  /** How many characters the program put before it. */
  readonly offset: number;
}

function isServerError(error: unknown): boolean {
  return error instanceof Error && 'severity' in error;
}

/** ' (line 3 of the query)' */
function placeOf(error: unknown, statement: TypedStatement | undefined): string {
  const { position } = error as { readonly position?: string };
  if (statement === undefined || position === undefined) return '';
  const before = statement.text.slice(0, Math.max(0, Number(position) - 1 - statement.offset));
  return ` (Line ${before.split('\n').length} of the query.)`;
}

function refused(message: string): AppError {
  return new AppError(422, 'warehouse-refused', message);
}
