/** The page on which outcomes are recorded. */
import type { findLastWithMissing } from '../domain/batches/missing-customers.ts';
import type { OutcomeFile } from '../domain/campaigns/outcome-file.ts';
import type { RowProblem } from '../domain/campaigns/outcome-rows.ts';
import type { Recorded } from '../domain/campaigns/outcomes.ts';
import type { FieldError } from '../errors.ts';
import type { OutcomeProblem } from '../store/outcomes.ts';
import { countText } from '../format.ts';
import type { ViewHelpers } from './view-helpers.ts';

export interface OutcomesData {
  readonly values: Readonly<Record<string, string>>;
  readonly errors: readonly FieldError[];
  readonly problems: readonly RowProblem[];
  /** How many there are. */
  readonly recorded: number;
  /** The last file, if customers of the one before may be missing in it. */
  readonly missing: Awaited<ReturnType<typeof findLastWithMissing>>;
}

export function presentOutcomes(
  h: ViewHelpers,
  { values, errors, problems, recorded, missing }: OutcomesData,
) {
  return {
    title: 'Outcomes',
    values,
    recorded: `See and correct ${h.plural(recorded, 'recorded outcome')}`,
    answers: [
      { value: 'yes', label: 'Yes', isChosen: values['left'] === 'yes' },
      { value: 'no', label: 'No', isChosen: values['left'] === 'no' },
    ],
    missing: missing && {
      href: `/batches/${missing.batch.id}/missing`,
      words: `Customers of ${missing.earlier.name} who are not in ${missing.batch.originalName}`,
    },
    errors,
    fileError: errors.find(({ field }) => field === 'file')?.message ?? null,
    problems: problems.map((problem) => ({ row: h.count(problem.row), message: problemWords(problem) })),
  };
}

/** With what stands there. */
function problemWords({ kind, found }: RowProblem): string {
  return fullWords[kind](found);
}

const fullWords: Readonly<Record<OutcomeProblem, (found: string) => string>> = {
  word: (found) => `'${found}' says neither that the customer left nor that they stayed.`,
  day: (found) => `'${found}' is not a date such as 2026-11-20.`,
  future: (found) => `${found} is in the future.`,
  twice: (found) => `Another row says the opposite of ${found}.`,
  known: (found) => `${found} contradicts what was recorded before.`,
  many: () => 'The file has too many outcomes.',
};

/** '1,150 outcomes recorded. 40 were known before.' */
export function recordedWords({
  recorded,
  knownBefore,
  others,
  blank,
}: Recorded & Pick<OutcomeFile, 'others' | 'blank'>): string {
  const parts = [
    recorded === 0
      ? 'No new outcomes.'
      : `${countText(recorded)} ${recorded === 1 ? 'outcome' : 'outcomes'} recorded.`,
    knownBefore > 0 ? `${countText(knownBefore)} ${knownBefore === 1 ? 'was' : 'were'} known before.` : '',
    others > 0
      ? `${countText(others)} ${others === 1 ? 'customer has' : 'customers have'} never been scored and ${others === 1 ? 'was' : 'were'} not recorded.`
      : '',
    blank > 0 ? `${countText(blank)} ${blank === 1 ? 'row says' : 'rows say'} nothing.` : '',
  ];
  return parts.filter((part) => part !== '').join(' ');
}
