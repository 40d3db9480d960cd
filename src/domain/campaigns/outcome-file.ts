/** Reads a file of outcomes: a customer a row, whether the customer has left, and the day on which that was seen. */
import { Unprocessable } from '../../errors.ts';
import { countText } from '../../format.ts';
import { isBlank } from '../../ml/data/values.ts';
import type { Outcome } from '../../store/outcomes.ts';
import type { ScoreStore } from '../../store/score-files/store.ts';
import { foldName } from '../csv/column-names.ts';
import { readTakenCsv } from '../csv/whole.ts';
import type { WholeCsv } from '../csv/whole.ts';
import { isDay } from './days.ts';
import { knownAmong } from './known-customers.ts';

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

export interface RowProblem {
  /** As spreadsheets count: the first row after the names is 2. */
  readonly row: number;
  readonly message: string;
}

export const mostOutcomes = 100_000;
const mostProblems = 20;

/** Names of columns without case, spaces and underscores. */
const identifierNames = ['customer', 'customerid', 'customernumber', 'customerno', 'id'];
const leftNames = ['left', 'hasleft', 'churn', 'churned', 'outcome', 'exited'];
const dayNames = ['date', 'day', 'seenon', 'on', 'lefton'];
const leftWords = ['yes', 'true', '1', 'left', 'churned', 'gone'];
const thereWords = ['no', 'false', '0', 'stayed', 'active', 'there'];

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
  const found = createCollection(await knownAmong(store, asked));
  for (let i = 0; i < rowCount; i++) found.add(i + 2, readRow(columns, i, day, latest));
  return { ...found.end(), rowCount };
}

type RowReading = Outcome | { readonly problem: string } | null;

function readRow({ customer, left, day }: Columns, i: number, otherwise: string, latest: string): RowReading {
  const customerId = customer[i]!.trim();
  if (isBlank(customerId) || isBlank(left[i])) return null;
  const word = left[i]!.trim().toLowerCase();
  if (!leftWords.includes(word) && !thereWords.includes(word))
    return {
      problem: `'${left[i]!.slice(0, 40)}' says neither that the customer left nor that they stayed.`,
    };
  const seenOn = day === null || isBlank(day[i]) ? otherwise : day[i]!.trim().slice(0, 10);
  if (!isDay(seenOn)) return { problem: `'${seenOn}' is not a date such as 2026-11-20.` };
  if (seenOn > latest) return { problem: `${seenOn} is in the future.` };
  return { customerId, seenOn, hasLeft: leftWords.includes(word) };
}

function createCollection(customers: ReadonlySet<string>) {
  const known = new Map<string, Outcome>();
  const problems: RowProblem[] = [];
  const others = new Set<string>();
  let blank = 0;
  const note = (row: number, message: string): void => {
    if (problems.length < mostProblems) problems.push({ row, message });
  };
  return {
    add: (row: number, reading: RowReading): void => {
      if (reading === null) blank++;
      else if ('problem' in reading) note(row, reading.problem);
      else if (!customers.has(reading.customerId)) others.add(reading.customerId);
      else {
        const key = `${reading.seenOn} ${reading.customerId}`;
        const before = known.get(key);
        if (before && before.hasLeft !== reading.hasLeft)
          note(row, `Another row says the opposite of ${reading.customerId} on ${reading.seenOn}.`);
        known.set(key, reading);
      }
    },
    end: () => ({ outcomes: [...known.values()], blank, others: others.size, problems }),
  };
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
