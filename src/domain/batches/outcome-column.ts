/** The column of a file that says what became of customers since their earlier score. */
import type { Db } from '../../db.ts';
import { listRecentMappings } from '../../store/batches.ts';
import type { ColumnMapping, OutcomeColumn } from '../../store/batch-documents.ts';
import { foldName } from '../csv/column-names.ts';

export type { OutcomeColumn } from '../../store/batch-documents.ts';

/** How many files back one is looked for. */
const mostFiles = 20;

/** That of the last file with one, if this header has a column of the same name. A person confirms it each time. */
export async function rememberedOutcome(db: Db, header: readonly string[]): Promise<OutcomeColumn | null> {
  const last = (await listRecentMappings(db, mostFiles)).find(({ mapping }) => mapping.outcome);
  const outcome = last?.mapping.outcome;
  if (!last || !outcome) return null;
  const placeOf = (place: number | null): number | null => {
    const name = place === null ? '' : foldName(last.header[place] ?? '');
    const found = header.findIndex((one) => name !== '' && foldName(one) === name);
    return found < 0 ? null : found;
  };
  const place = placeOf(outcome.place);
  return place === null ? null : { ...outcome, place, day: placeOf(outcome.day) };
}

export interface OutcomeError {
  readonly field: 'outcome' | 'outcomeDay' | 'outcomeLeft' | 'outcomeStayed';
  readonly message: string;
}

export function outcomeErrors({ features, identifier, value, outcome }: ColumnMapping): OutcomeError[] {
  if (!outcome) return [];
  const { place, day, left, stayed } = outcome;
  const isTaken = [...features, identifier, value].includes(place);
  const both = left.find((word) => stayed.includes(word));
  const errors: (OutcomeError | false)[] = [
    isTaken && { field: 'outcome', message: 'This column is matched above already. Choose another one.' },
    identifier === null && {
      field: 'outcome',
      message: 'Outcomes belong to customers: match the customer ID above as well.',
    },
    left.length === 0 && {
      field: 'outcomeLeft',
      message: 'Enter the values that mean that a customer left.',
    },
    stayed.length === 0 && {
      field: 'outcomeStayed',
      message: 'Enter the values that mean that a customer stayed.',
    },
    both !== undefined && { field: 'outcomeStayed', message: `‘${both}’ cannot mean both left and stayed.` },
    day === place && { field: 'outcomeDay', message: 'Choose another column than that of the outcome.' },
  ];
  return errors.filter((error) => error !== false);
}
