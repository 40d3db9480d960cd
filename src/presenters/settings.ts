/** Settings of the organisation: the choices of its form, risk levels and the sample. */
import type { SampleDescription } from '../domain/sample/removal.ts';
import type { FieldError } from '../errors.ts';
import { typedPercent } from '../format.ts';
import type { Settings } from '../store/settings.ts';
import type { RiskWord, ViewHelpers } from './view-helpers.ts';

export interface FormInput {
  readonly values: Readonly<Record<string, string>>;
  readonly errors: readonly FieldError[];
}

/** Those of most organisations; all others follow. */
const commonCurrencies = [
  'EUR',
  'USD',
  'GBP',
  'CHF',
  'SEK',
  'NOK',
  'DKK',
  'PLN',
  'CZK',
  'CAD',
  'AUD',
  'JPY',
  'INR',
];

const currencyNames = new Intl.DisplayNames('en-GB', { type: 'currency' });
const currencyOption = (code: string) => ({
  value: code,
  label: `${code} – ${currencyNames.of(code) ?? code}`,
});

function currencyField(currencies: readonly string[], { values, errors }: FormInput) {
  const common = commonCurrencies.filter((code) => currencies.includes(code));
  return {
    name: 'currency',
    label: 'Currency',
    hint: 'How amounts are shown. Nothing is converted.',
    value: values['currency'],
    options: [
      { label: 'Common currencies', options: common.map(currencyOption) },
      {
        label: 'All other currencies',
        options: currencies.filter((code) => !common.includes(code)).map(currencyOption),
      },
    ],
    errors,
  };
}

function timeZoneField(timeZones: readonly string[], { values, errors }: FormInput) {
  return {
    name: 'timeZone',
    label: 'Time zone',
    hint: 'How dates and times are shown.',
    value: values['timeZone'],
    options: timeZones.map((zone) => ({ value: zone, label: zone.replaceAll('_', ' ') })),
    errors,
  };
}

export function presentSettings(h: ViewHelpers, settings: Settings) {
  const { mediumFrom, highFrom, organisation, currency, timeZone, lastBackup } = settings;
  return {
    lastBackup:
      lastBackup === null
        ? 'No backup yet. Make one with holdfast backup.'
        : `Last backup: ${h.dateTime(lastBackup.at)}.`,
    riskLevels: `Medium from ${h.share(mediumFrom)}, high from ${h.share(highFrom)}.`,
    organisation: `${organisation}, ${currency}, ${timeZone}. ${worthWords(h, settings)}`,
  };
}

/** 'A retained customer is worth 12 months of revenue at a margin of 40 %.' */
function worthWords(h: ViewHelpers, { valueMonths, valueMargin }: Settings): string {
  const margin = valueMargin === 1 ? '' : ` at a margin of ${h.share(valueMargin)}`;
  return `A retained customer is worth ${h.plural(valueMonths, 'month')} of revenue${margin}.`;
}

export interface RiskLevelsInput extends FormInput {
  /** Customers at each level; null where the thresholds are not valid. */
  readonly counts: Readonly<Record<RiskWord, number>> | null;
}

const levels: readonly RiskWord[] = ['low', 'medium', 'high'];

export function presentRiskLevels(h: ViewHelpers, { values, counts, errors }: RiskLevelsInput) {
  return {
    values,
    errors,
    counts: counts && levels.map((level) => ({ level, text: h.plural(counts[level], 'customer') })),
    problem: errors.map(({ message }) => message).join(' ') || 'Enter two percentages to see the counts.',
  };
}

interface Choices {
  readonly currencies: readonly string[];
  readonly timeZones: readonly string[];
}

/** The fields that set-up and settings share. */
export function presentOrganisation({ currencies, timeZones }: Choices, { values, errors }: FormInput) {
  return {
    values,
    errors,
    currencyField: currencyField(currencies, { values, errors }),
    timeZoneField: timeZoneField(timeZones, { values, errors }),
  };
}

export function presentHoldOut(shares: readonly number[], { values, errors }: FormInput) {
  return {
    holdOutField: {
      name: 'holdOutShare',
      label: 'Hold-out',
      hint: 'Customers whom no campaign, plan or recommendation contacts for a year, drawn by chance and others each year. What becomes of them says what all campaigns of the year saved.',
      value: values['holdOutShare'],
      options: shares.map((share) => ({
        value: share,
        label: share === 0 ? 'None' : `${typedPercent(share)} % of customers`,
      })),
      errors,
    },
  };
}

export function presentSample(h: ViewHelpers, sample: SampleDescription) {
  const { predictions, files, models, activeModel, isBeingRemoved } = sample;
  return {
    isBeingRemoved,
    isRemoved: !isBeingRemoved && predictions + files + models.length === 0,
    progress: `${h.plural(predictions, 'score')} left to remove.`,
    remainder:
      activeModel === null
        ? 'Everything you see is your own data.'
        : `Only the active model, ${activeModel}, comes from the sample. It stays until you activate another model.`,
    removed: [
      `${h.plural(predictions, 'score')} of generated customers, with their file and its results`,
      'the generated dataset and its files',
      ...models.map((model) => `model ${model}, which is not active`),
    ],
    kept:
      activeModel === null
        ? 'Your active model stays.'
        : `The active model, ${activeModel}, was trained on the sample. It stays, labelled as a sample, so that scoring continues until you activate another model.`,
  };
}
