/** How long each customer of a table stayed, whether they left, and the group they are in. */
import { Unprocessable } from '../../../errors.ts';
import { countText, dayText } from '../../../format.ts';
import { isBlank, parseDate, parseNumber } from '../../../ml/data/values.ts';
import type { Durations } from '../../../ml/survival/durations.ts';
import type { Dataset } from '../../../store/datasets.ts';
import type { WholeCsv } from '../../csv/whole.ts';
import { labelRows } from '../../training/dataset-table.ts';
import { readLabel } from '../labels/definition.ts';
import type { LeavingOptions, TimeUnit } from './options.ts';

export interface Stays {
  readonly durations: Durations;
  /** Of the table, one a customer whose time can be read. */
  readonly rows: Int32Array;
  readonly unit: TimeUnit;
  /** Of each customer, as the file has it; null without groups. */
  readonly groups: readonly string[] | null;
  /** Sentences: what was left out, and until when customers were followed. */
  readonly notes: readonly string[];
}

const daysPerMonth = 365.25 / 12;
const day = 86_400_000;

/** @throws Unprocessable where a column is gone, or no customer's time can be read */
export function readStays(csv: WholeCsv, dataset: Dataset, { stay, groupBy }: LeavingOptions): Stays {
  const read =
    stay.kind === 'dates'
      ? staysOfDates(cellsOf(csv, stay.start), cellsOf(csv, stay.end), uploadDay(dataset))
      : { ...staysOfTenure(csv, dataset, stay.column), unit: stay.unit };
  const { time, hasLeft, notes } = read;
  const rows = Int32Array.from(time.keys()).filter((row) => !Number.isNaN(time[row]!));
  if (rows.length === 0)
    throw unusable('No customer has a time that can be read. Check the columns that you chose.');
  return {
    durations: {
      times: Float64Array.from(rows, (row) => time[row]!),
      left: Uint8Array.from(rows, (row) => hasLeft[row]!),
    },
    rows,
    unit: read.unit,
    groups: groupsOf(csv, groupBy, rows, stay),
    notes: [...notes, ...partOfRows(csv, time.length)],
  };
}

/** Where not all rows were counted, and why. */
function partOfRows({ rowCount, skippedRows }: WholeCsv, counted: number): string[] {
  if (rowCount <= counted) return [];
  const why =
    counted + skippedRows < rowCount ? 'taken evenly from the file' : 'as the others could not be read';
  return [`Counted in ${countText(counted)} of ${countText(rowCount)} rows, ${why}.`];
}

interface ReadTimes {
  /** Of each row; NaN is left out. */
  readonly time: Float64Array;
  readonly hasLeft: Uint8Array;
  readonly notes: readonly string[];
}

function staysOfDates(
  startCells: readonly string[],
  endCells: readonly string[],
  uploaded: number,
): ReadTimes & { readonly unit: TimeUnit } {
  const starts = readDays(startCells);
  const ends = readDays(endCells);
  const followedTo = latestUpTo(uploaded, starts, ends);
  const time = new Float64Array(starts.length).fill(NaN);
  const hasLeft = new Uint8Array(starts.length);
  const counts = { unreadable: 0, future: 0, backwards: 0, endsLater: 0 };
  for (let row = 0; row < starts.length; row++) {
    const [start, end] = [starts[row]!, ends[row]!];
    if (Number.isNaN(start) || (Number.isNaN(end) && !isBlank(endCells[row]))) counts.unreadable++;
    else if (start > followedTo) counts.future++;
    else if (end < start) counts.backwards++;
    else {
      const isOver = end <= followedTo;
      if (end > followedTo) counts.endsLater++;
      time[row] = (isOver ? end : followedTo) - start;
      hasLeft[row] = isOver ? 1 : 0;
    }
  }
  const longest = time.reduce((most, value) => (value > most ? value : most), 0);
  const isLong = longest > 120;
  return {
    time: isLong ? time.map((days) => days / daysPerMonth) : time,
    hasLeft,
    unit: isLong ? 'month' : 'day',
    notes: [
      `Customers were followed until ${dayText(followedTo)}, the latest date in the file.`,
      ...notesOf(counts),
    ],
  };
}

function notesOf(
  counts: Readonly<Record<'unreadable' | 'future' | 'backwards' | 'endsLater', number>>,
): string[] {
  const texts: [number, string][] = [
    [counts.unreadable, 'Customers left out because a date is missing or cannot be read'],
    [counts.future, 'Customers left out because they start in the future'],
    [counts.backwards, 'Customers left out because they end before they start'],
    [counts.endsLater, 'Customers with an end date in the future, who count as still there'],
  ];
  return texts.flatMap(([count, text]) => (count > 0 ? [`${text}: ${countText(count)}.`] : []));
}

function staysOfTenure(csv: WholeCsv, dataset: Dataset, column: string): ReadTimes {
  const label = readLabel(dataset.label);
  if (label === null) throw unusable('Choose a churn label before you measure when customers leave.');
  const { labels } = labelRows(csv, label);
  let negative = 0;
  let unreadable = 0;
  const time = Float64Array.from(cellsOf(csv, column), (text, row) => {
    const value = isBlank(text) ? null : parseNumber(text, csv.decimal);
    if (value === null || labels[row]! > 1) unreadable++;
    else if (value < 0) negative++;
    else return value;
    return NaN;
  });
  const notes = [
    ...(unreadable > 0
      ? [
          `Customers left out because the time or the churn label is missing or cannot be read: ${countText(unreadable)}.`,
        ]
      : []),
    ...(negative > 0 ? [`Customers left out because the time is below 0: ${countText(negative)}.`] : []),
  ];
  return { time, hasLeft: labels, notes };
}

function groupsOf(
  csv: WholeCsv,
  groupBy: LeavingOptions['groupBy'],
  rows: Int32Array,
  stay: LeavingOptions['stay'],
): string[] | null {
  if (groupBy === null) return null;
  if (groupBy.kind === 'column') {
    const cells = cellsOf(csv, groupBy.column);
    return Array.from(rows, (row) => (isBlank(cells[row]) ? '' : cells[row]!.trim()));
  }
  if (stay.kind !== 'dates')
    throw unusable('Choose start and end dates to compare customers by the year they started.');
  const starts = readDays(cellsOf(csv, stay.start));
  return Array.from(rows, (row) => String(new Date(starts[row]! * day).getUTCFullYear()));
}

function cellsOf({ header, cells }: WholeCsv, column: string): readonly string[] {
  const found = cells[header.indexOf(column)];
  if (!found) throw unusable(`The dataset no longer has the column '${column}'.`);
  return found;
}

/** There are far fewer dates than rows, so each text is read once. */
function readDays(cells: readonly string[]): Float64Array {
  const known = new Map<string, number>();
  return Float64Array.from(cells, (text) => {
    const found = known.get(text) ?? (isBlank(text) ? NaN : (parseDate(text) ?? NaN));
    known.set(text, found);
    return found;
  });
}

/** The latest day of all that is no later than `limit`. */
function latestUpTo(limit: number, ...columns: readonly Float64Array[]): number {
  let latest = -Infinity;
  for (const days of columns) for (const value of days) if (value > latest && value <= limit) latest = value;
  return latest;
}

function uploadDay({ createdAt }: Dataset): number {
  return Math.floor(Date.parse(createdAt) / day);
}

function unusable(message: string): Unprocessable {
  return new Unprocessable([{ field: 'stay', message }]);
}
