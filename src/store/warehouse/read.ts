/** Reads the rows of one SELECT as text, a portion at a time, in a transaction that cannot write. */
import { AppError } from '../../errors.ts';
import type { Warehouse } from './client.ts';

const declaration = 'DECLARE holdfast_rows NO SCROLL CURSOR FOR ';
/** Of one portion, about. */
const cellsAtOnce = 20_000;

/** By the numbers of the types. */
const boolean = 16;
const timestampWithTimeZone = 1184;
const numbers = new Set([700, 701, 1700]);

type CellWriter = (text: string) => string;

const asWritten: CellWriter = (text) => text;

export interface QueryRows {
  readonly header: readonly string[];
  readonly rows: AsyncGenerator<readonly string[]>;
}

/**
 * Cells without a value are empty. The transaction ends with the last row, or when the caller closes the connection.
 * @throws AppError 422 where the server refuses the statement; WarehouseLost
 */
export async function readQuery(
  warehouse: Warehouse,
  statement: string,
  mostColumns: number,
): Promise<QueryRows> {
  const text = withoutEnd(statement);
  const typed = { text, offset: declaration.length };
  await warehouse.query({ text: 'BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY' });
  // The extended protocol takes one statement only.
  await warehouse.query({ text: declaration + text, queryMode: 'extended' }, typed);
  const { fields } = await warehouse.query({ text: 'FETCH 0 FROM holdfast_rows', rowMode: 'array' }, typed);
  if (fields.length > mostColumns)
    throw new AppError(
      422,
      'too-many-columns',
      `The query gives more than ${mostColumns} columns. Select fewer.`,
    );
  const writers = fields.map(({ dataTypeID }) => writerFor(dataTypeID));
  return { header: fields.map(({ name }) => name), rows: fetchRows(warehouse, writers) };
}

async function* fetchRows(
  warehouse: Warehouse,
  writers: readonly CellWriter[],
): AsyncGenerator<readonly string[]> {
  const count = Math.max(10, Math.floor(cellsAtOnce / writers.length));
  for (;;) {
    const { rows } = await warehouse.query({ text: `FETCH ${count} FROM holdfast_rows`, rowMode: 'array' });
    for (const row of rows as (string | null)[][])
      yield row.map((cell, j) => (cell === null ? '' : writers[j]!(cell)));
    if (rows.length < count) break;
  }
  await warehouse.query({ text: 'COMMIT' });
}

/** A semicolon at the end is usual, but no part of a statement. */
function withoutEnd(statement: string): string {
  return statement.replace(/[\s;]+$/, '');
}

/** As the columns of a file hold them. */
function writerFor(type: number): CellWriter {
  if (type === boolean) return (text) => (text === 't' ? 'true' : 'false');
  // The session is in UTC.
  if (type === timestampWithTimeZone) return (text) => text.replace(' ', 'T').replace(/\+00$/, 'Z');
  if (numbers.has(type)) return (text) => (/^(NaN|-?Infinity)$/.test(text) ? '' : text);
  return asWritten;
}
