/** The page that sets Holdfast up. */
import type { FieldError } from '../errors.ts';
import { presentOrganisation } from './settings.ts';

export interface SetupInput {
  readonly token: string;
  readonly values: Readonly<Record<string, string>>;
  /** Null when the page is opened. */
  readonly errors: readonly FieldError[] | null;
  readonly hasSample: boolean;
  readonly choices: { readonly currencies: readonly string[]; readonly timeZones: readonly string[] };
  readonly minLength: number;
}

const starts = [
  {
    value: 'sample',
    label: 'Sample data',
    hint: 'Look around with 2,000 generated customers. You can remove them later.',
  },
  {
    value: 'own',
    label: 'Your own data',
    hint: 'Removes the sample customers. Next, you upload a dataset to train a model.',
  },
];

export function presentSetup({ token, values, errors, hasSample, choices, minLength }: SetupInput) {
  const start = values['start'] ?? 'sample';
  return {
    title: 'Set up Holdfast',
    scripts: ['show-password', 'guess-locale'],
    token,
    minLength,
    /** Later the choices are the person's own, and no script guesses. */
    isFirstView: errors === null,
    startOptions: hasSample ? starts.map((option) => ({ ...option, isChosen: option.value === start })) : [],
    ...presentOrganisation(choices, { values, errors: errors ?? [] }),
  };
}
