/** Reads a file of outcomes: a customer a row, whether the customer has left, and the day on which that was seen. */
import { Unprocessable } from '../../errors.ts';
import { countText } from '../../format.ts';
import type { Outcome } from '../../store/outcomes.ts';
import type { ScoreStore } from '../../store/score-files/store.ts';
import { foldName } from '../csv/column-names.ts';
import { readTakenCsv } from '../csv/whole.ts';
import type { WholeCsv } from '../csv/whole.ts';
import { knownAmong } from './known-customers.ts';
import { createCollection, mostOutcomes, readOutcomeRow, usualWords } from './outcome-rows.ts';
import type { OutcomeCells, RowProblem } from './outcome-rows.ts';

export interface OutcomeFile {
  /** Of known customers, each customer and day once. */
  readonly outcomes: readonly Outcome[];
  readonly rowCount: number;
  /** Rows that say nothing of the customer. */
  readonly blank: number;
  /** Customers without a score, which are not recorded. */
  readonly others: number;
  /** Why the file cannot be recorded; the first of them. */
  readonly problems: readonly RowProblem[];
}

const mostProblems = 20;

/** Names of columns without case, spaces and underscores. */
const identifierNames = ['customer', 'customerid', 'customernumber', 'customerno', 'id'];
const leftNames = ['left', 'hasleft', 'churn', 'churned', 'outcome', 'exited'];
const dayNames = ['date', 'day', 'seenon', 'on', 'lefton'];

interface Columns {
  readonly customer: readonly string[];
  readonly left: readonly string[];
  readonly day: readonly string[] | null;
}

/**
 * `day`: when the file says no day; `latest`: the day that it is, which no outcome can be after.
 * @throws AppError 415 or 422 when the file cannot be read as a whole
 */
export async function readOutcomeFile(
  store: ScoreStore,
  path: string,
  { day, latest }: { readonly day: string; readonly latest: string },
): Promise<OutcomeFile> {
  const csv = await readTakenCsv(path);
  const columns = columnsOf(csv);
  const rowCount = columns.customer.length;
  if (rowCount > mostOutcomes)
    throw unreadable(`The file has more than ${countText(mostOutcomes)} rows. Split it.`);
  const asked = new Set(columns.customer.map((id) => id.trim()));
  const known = await knownAmong(store, asked);
  const reader = { words: usualWords, day, latest };
  const found = createCollection();
  const others = new Set<string>();
  let blank = 0;
  for (let i = 0; i < rowCount; i++) {
    const reading = readOutcomeRow(cellsOf(columns, i), reader);
    if (reading === null) blank++;
    else if ('customerId' in reading && !known.has(reading.customerId)) others.add(reading.customerId);
    else found.add(i + 2, reading);
  }
  const { outcomes, problems } = found.end();
  return { outcomes, rowCount, blank, others: others.size, problems: problems.slice(0, mostProblems) };
}

function cellsOf({ customer, left, day }: Columns, i: number): OutcomeCells {
  return { customer: customer[i], left: left[i], day: day?.[i] };
}

function columnsOf({ header, cells }: WholeCsv): Columns {
  const find = (names: readonly string[]): readonly string[] | null => {
    const place = header.findIndex((name) => names.includes(foldName(name)));
    return place < 0 ? null : cells[place]!;
  };
  const customer = find(identifierNames);
  const left = find(leftNames);
  if (customer === null || left === null)
    throw unreadable(
      `The file needs a column ‘customer’ and a column ‘left’ (yes or no); it has ${header.slice(0, 20).join(', ')}. Rename its columns.`,
    );
  return { customer, left, day: find(dayNames) };
}

function unreadable(message: string): Unprocessable {
  return new Unprocessable([{ field: 'file', message }]);
}
