/** Transactions grouped by customer and sorted by day, in typed arrays: a million in about a second. */
import { Unprocessable } from '../../../errors.ts';
import type { FieldError } from '../../../errors.ts';
import { isBlank, parseDate, parseNumber } from '../../../ml/data/values.ts';
import type { TextTable } from '../labels/proxy-label.ts';

/** The names of the columns. */
export interface TransactionColumns {
  readonly customer: string;
  readonly date: string;
  readonly amount: string;
  readonly category?: string | null;
}

export interface TransactionLog {
  /** Customers, sorted by name. */
  readonly names: readonly string[];
  /** Customer i owns the transactions `starts[i]` to `starts[i + 1]`, the earliest first. */
  readonly starts: Int32Array;
  /** Days since 1970-01-01. */
  readonly days: Int32Array;
  readonly amounts: Float64Array;
  /** Indices into `levels`, −1 is blank; null without a column for it. */
  readonly categories: Int32Array | null;
  /** Sorted. */
  readonly levels: readonly string[];
  readonly firstDay: number;
  readonly lastDay: number;
  /** Rows left out: no customer, or a date or amount that cannot be read. */
  readonly skippedRows: number;
}

/** @throws Unprocessable naming each column that is missing, or that has nothing that can be read. */
export function readTransactions(table: TextTable, columns: TransactionColumns): TransactionLog {
  const cells = findCells(table, columns);
  const days = readDays(cells.date);
  const amounts = Float64Array.from(cells.amount, (text) =>
    isBlank(text) ? NaN : (parseNumber(text, table.decimal) ?? NaN),
  );
  const customers = readCodes(cells.customer);
  const categories = cells.category ? readCodes(cells.category) : null;
  checkReadable(columns, customers.codes, days, amounts);
  const order = orderRows(customers, days, amounts);
  if (order.length === 0)
    throw new Unprocessable([{ field: 'date', message: 'No row has a customer, a date and an amount.' }]);
  const sortedDays = Int32Array.from(order, (row) => days[row]!);
  return {
    names: customers.levels,
    ...groupByCustomer(customers, order),
    days: sortedDays,
    amounts: Float64Array.from(order, (row) => amounts[row]!),
    categories: categories && Int32Array.from(order, (row) => categories.codes[row]!),
    levels: categories?.levels ?? [],
    firstDay: sortedDays.reduce((a, b) => Math.min(a, b)),
    lastDay: sortedDays.reduce((a, b) => Math.max(a, b)),
    skippedRows: days.length - order.length,
  };
}

type Cells = readonly string[];

function findCells(
  table: TextTable,
  columns: TransactionColumns,
): { customer: Cells; date: Cells; amount: Cells; category: Cells | null } {
  const problems: FieldError[] = [];
  const find = (field: keyof TransactionColumns, name: string): Cells => {
    const place = table.header.indexOf(name);
    if (place < 0)
      problems.push({
        field,
        message: `There is no column '${name}'. There are ${table.header.join(', ')}.`,
      });
    return table.cells[place] ?? [];
  };
  const found = {
    customer: find('customer', columns.customer),
    date: find('date', columns.date),
    amount: find('amount', columns.amount),
    category: columns.category ? find('category', columns.category) : null,
  };
  if (problems.length > 0) throw new Unprocessable(problems);
  return found;
}

const noDay = -(2 ** 31);

/** There are far fewer dates than rows, so each text is read once. */
function readDays(cells: Cells): Int32Array {
  const known = new Map<string, number>();
  return Int32Array.from(cells, (text) => {
    let day = known.get(text);
    if (day === undefined) {
      day = isBlank(text) ? noDay : (parseDate(withDashes(text)) ?? noDay);
      known.set(text, day);
    }
    return day;
  });
}

/** `19970131`, as purchase logs write dates; in a column of dates it is not a number. */
function withDashes(text: string): string {
  return text.trim().replace(/^(\d{4})(\d{2})(\d{2})$/, '$1-$2-$3');
}

interface Coded {
  /** Indices into `levels`; −1 is blank. */
  readonly codes: Int32Array;
  /** Sorted, so that codes do not depend on the order of the rows. */
  readonly levels: readonly string[];
}

function readCodes(cells: Cells): Coded {
  const places = new Map<string, number>();
  const codes = Int32Array.from(cells, (text) => {
    if (isBlank(text)) return -1;
    const name = text.trim();
    const place = places.get(name);
    if (place !== undefined) return place;
    places.set(name, places.size);
    return places.size - 1;
  });
  const levels = [...places.keys()].sort();
  const codeOf = new Int32Array(levels.length);
  levels.forEach((level, code) => (codeOf[places.get(level)!] = code));
  for (let row = 0; row < codes.length; row++) if (codes[row]! >= 0) codes[row] = codeOf[codes[row]!]!;
  return { codes, levels };
}

function checkReadable(
  columns: TransactionColumns,
  customers: Int32Array,
  days: Int32Array,
  amounts: Float64Array,
): void {
  const problems: FieldError[] = [];
  if (customers.every((code) => code < 0))
    problems.push({ field: 'customer', message: `The column '${columns.customer}' is empty.` });
  if (days.every((day) => day === noDay))
    problems.push({
      field: 'date',
      message: `The column '${columns.date}' has no dates that can be read, such as 2026-11-20 or 20.11.2026.`,
    });
  if (amounts.every((amount) => Number.isNaN(amount)))
    problems.push({
      field: 'amount',
      message: `The column '${columns.amount}' has no numbers that can be read.`,
    });
  if (problems.length > 0) throw new Unprocessable(problems);
}

/** The usable rows by customer, then by day, then in the order of the file. */
function orderRows({ codes, levels }: Coded, days: Int32Array, amounts: Float64Array): Int32Array {
  const rows = new Int32Array(days.length);
  for (let row = 0; row < rows.length; row++) rows[row] = row;
  const usable = rows.filter(
    (row) => codes[row]! >= 0 && days[row] !== noDay && !Number.isNaN(amounts[row]!),
  );
  let first = Infinity;
  let last = -Infinity;
  for (const row of usable) {
    first = Math.min(first, days[row]!);
    last = Math.max(last, days[row]!);
  }
  if (usable.length === 0) return usable;
  const byDay = sortBy(usable, (row) => days[row]! - first, last - first + 1);
  return sortBy(byDay, (row) => codes[row]!, levels.length);
}

/** A stable counting sort by a key from 0 to `keyCount` − 1. */
function sortBy(rows: Int32Array, keyOf: (row: number) => number, keyCount: number): Int32Array {
  const places = new Int32Array(keyCount + 1);
  for (const row of rows) places[keyOf(row) + 1]!++;
  for (let key = 0; key < keyCount; key++) places[key + 1]! += places[key]!;
  const sorted = new Int32Array(rows.length);
  for (const row of rows) sorted[places[keyOf(row)]!++] = row;
  return sorted;
}

function groupByCustomer({ codes, levels }: Coded, order: Int32Array): { starts: Int32Array } {
  const starts = new Int32Array(levels.length + 1);
  for (const row of order) starts[codes[row]! + 1]!++;
  for (let i = 0; i < levels.length; i++) starts[i + 1]! += starts[i]!;
  return { starts };
}
