/** Reads what rows of a file say became of customers: whether each has left, and the day on which that was seen. */
import { isBlank } from '../../ml/data/values.ts';
import type { Outcome } from '../../store/outcomes.ts';
import type { OutcomeProblem } from '../../store/outcomes.ts';
import { isDay } from './days.ts';

/** Files with more outcomes are refused: all of them are recorded in one transaction. */
export const mostOutcomes = 100_000;

/** What cells say, in lower case. */
export interface OutcomeWords {
  readonly left: readonly string[];
  readonly stayed: readonly string[];
}

export const usualWords: OutcomeWords = {
  left: ['yes', 'true', '1', 'left', 'churned', 'gone'],
  stayed: ['no', 'false', '0', 'stayed', 'active', 'there'],
};

/** The cells of one row. */
export interface OutcomeCells {
  readonly customer: string | undefined;
  readonly left: string | undefined;
  readonly day: string | undefined;
}

export interface OutcomeReader {
  readonly words: OutcomeWords;
  /** When the row says no day. */
  readonly day: string;
  /** The day that it is, which no outcome can be after. */
  readonly latest: string;
}

export interface RowProblem {
  /** As spreadsheets count: the first row after the names is 2. */
  readonly row: number;
  readonly kind: OutcomeProblem;
  /** What stands there. */
  readonly found: string;
}

type RowReading = Outcome | Omit<RowProblem, 'row'>;

/** Null: the row says nothing of a customer. */
export function readOutcomeRow(
  cells: OutcomeCells,
  { words, day, latest }: OutcomeReader,
): RowReading | null {
  const { customer, left } = cells;
  if (isBlank(customer) || isBlank(left)) return null;
  const word = left!.trim().toLowerCase();
  const hasLeft = words.left.includes(word);
  if (!hasLeft && !words.stayed.includes(word)) return { kind: 'word', found: left!.slice(0, 40) };
  const seenOn = isBlank(cells.day) ? day : cells.day!.trim().slice(0, 10);
  if (!isDay(seenOn)) return { kind: 'day', found: seenOn };
  if (seenOn > latest) return { kind: 'future', found: seenOn };
  return { customerId: customer!.trim(), seenOn, hasLeft };
}

export interface OutcomeInRow extends Outcome {
  readonly row: number;
}

/** Each customer and day once, and the rows that say the opposite of another one. */
export function createCollection() {
  const known = new Map<string, OutcomeInRow>();
  const problems: RowProblem[] = [];
  return {
    add: (row: number, reading: RowReading): void => {
      if ('kind' in reading) {
        problems.push({ row, ...reading });
        return;
      }
      const key = `${reading.seenOn} ${reading.customerId}`;
      const before = known.get(key);
      if (before && before.hasLeft !== reading.hasLeft)
        problems.push({ row, kind: 'twice', found: `${reading.customerId} on ${reading.seenOn}` });
      known.set(key, { ...reading, row });
    },
    end: () => ({ outcomes: [...known.values()], problems }),
  };
}
