/** What every template may call, as `h`: figures as format.ts writes them, names, and addresses. Missing is '–'. */
import { foldName, labelOf } from '../domain/csv/column-names.ts';
import { effectWords } from '../domain/scoring/explanations.ts';
import {
  cellText,
  countText,
  createFormatter,
  durationText,
  differenceText,
  metricText,
  missing,
  numberText,
  partsText,
  percentText,
  pointsBetweenText,
  pointsText,
  rateText,
  shareText,
  sizeText,
  spanTexts,
  typedPercent,
} from '../format.ts';
import type { ValueKind } from '../format.ts';
import type { FieldError } from '../errors.ts';
import { termId } from './glossary.ts';
import type { Settings } from '../store/settings.ts';

export type RiskWord = 'low' | 'medium' | 'high';
type Maybe<T> = T | null | undefined;

/** Parameters of an address; '' and null are left out. */
export type QueryValues = Readonly<Record<string, string | number | null | undefined>>;

export type ViewHelpers = ReturnType<typeof createViewHelpers>;

export function createViewHelpers(settings: Pick<Settings, 'currency' | 'timeZone'>) {
  return {
    ...createFormatter(settings),
    percent: percentText,
    rate: rateText,
    share: shareText,
    metric: metricText,
    difference: differenceText,
    points: pointsText,
    pointsBetween: pointsBetweenText,
    parts: partsText,
    size: sizeText,
    count: countText,
    number: numberText,
    groupNames,
    spans: (ends: readonly (readonly [number, number])[], type: string) =>
      spanTexts(
        ends.map(([from, to]) => ({ from, to })),
        kindOf(type),
      ),
    /** Of numbers chosen as a filter; '' leaves a side open. */
    between: betweenText,
    riskWord: (level: RiskWord) => riskWords[level],
    riskShape: (level: RiskWord) => riskShapes[level],
    /** What a customer has in a column. */
    cell: cellText,
    duration: durationText,
    typedPercent,
    /** Numbers of rows, as many as there are. */
    rows: (numbers: readonly number[]) => numbers.map((n) => countText(n)).join(', '),
    /** A place or a length in a drawing. */
    place: (x: number) => String(Math.round(x * 100) / 100),
    /** A column's name as people say it. */
    label: labelOf,
    termId,
    isSameName: (a: string | undefined, b: string | null | undefined) =>
      foldName(a ?? '') === foldName(b ?? ''),
    effect: effectWords,
    fieldState,
    /** Whether an option of a select is the chosen one: forms hold texts, settings numbers. */
    isChosen: (option: string | number, value: Maybe<string | number>) =>
      String(option) === String(value ?? ''),
    plural: (n: number, one: string, many = `${one}s`) => `${countText(n)} ${n === 1 ? one : many}`,
    rowWord,
    /** `?a=b` of the current query with some parameters changed; null or '' takes one away. */
    query: queryText,
    or: (text: Maybe<string | number>) =>
      text === null || text === undefined || text === '' ? missing : String(text),
  };
}

/** The error of a form's field, and the elements that describe the field to a screen reader. */
function fieldState(name: string, hint: Maybe<string>, errors: Maybe<readonly FieldError[]>) {
  const error = errors?.find(({ field }) => field === name)?.message ?? null;
  const parts = [hint ? `${name}-hint` : null, error === null ? null : `${name}-error`];
  return { error, describedBy: parts.filter((part) => part !== null).join(' ') };
}

let kept: { readonly key: string; readonly helpers: ReturnType<typeof createViewHelpers> } | null = null;

/** Formats of money and dates take a millisecond to make, and organisations hardly ever change them: the last ones are kept. */
export function viewHelpersFor({ currency, timeZone }: Pick<Settings, 'currency' | 'timeZone'>) {
  const key = `${currency} ${timeZone}`;
  if (kept?.key !== key) kept = { key, helpers: createViewHelpers({ currency, timeZone }) };
  return kept.helpers;
}

/** What a model was measured on: rows are not customers where some are of the same one. */
function rowWord(measured: { holdoutRows: number; holdoutCustomers?: number }): 'row' | 'customer' {
  return (measured.holdoutCustomers ?? measured.holdoutRows) < measured.holdoutRows ? 'row' : 'customer';
}

const riskWords = { low: 'Low', medium: 'Medium', high: 'High' } as const;
const riskShapes = { low: '○', medium: '◐', high: '●' } as const;

interface NamedGroup {
  readonly name: string;
  readonly from?: number;
  readonly to?: number;
}

/** Levels by their name, numbers and dates of one column by least and greatest value, one beside the other. */
function groupNames(groups: readonly NamedGroup[], type: string): string[] {
  const spans = groups.flatMap(({ from, to }) =>
    from === undefined || to === undefined ? [] : [{ from, to }],
  );
  const texts = spanTexts(spans, kindOf(type));
  return groups.map(({ name, from, to }) =>
    from === undefined || to === undefined ? name : (texts.shift() ?? name),
  );
}

function betweenText(from: number | '', to: number | ''): string {
  if (from === '') return `under ${numberText(to === '' ? null : to)}`;
  return to === '' ? `${numberText(from)} or more` : `${numberText(from)} to under ${numberText(to)}`;
}

function kindOf(type: string): ValueKind {
  return type === 'date' ? 'date' : 'number';
}

function queryText(
  current: QueryValues,
  changes: Readonly<Record<string, string | number | null>> = {},
): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...current, ...changes })) {
    if (value !== null && value !== undefined && value !== '') query.set(name, String(value));
  }
  const text = query.toString();
  return text === '' ? '?' : `?${text}`;
}
