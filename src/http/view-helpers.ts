/** How figures, dates and words look on every page. Missing is always '–'. */
import { foldName, labelOf } from '../domain/column-names.ts';
import { effectWords, reasonWords } from '../domain/scoring-words.ts';
import type { Settings } from '../store/settings.ts';

export type RiskWord = 'low' | 'medium' | 'high';
type Maybe<T> = T | null | undefined;

const missing = '–';

/** `locale` is the language of the pages. */
export function createViewHelpers(settings: Pick<Settings, 'currency' | 'timeZone'>, locale = 'en-GB') {
  const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
  const oneDecimal = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const threeDecimals = new Intl.NumberFormat(locale, { minimumFractionDigits: 3, maximumFractionDigits: 3 });
  const currency = new Intl.NumberFormat(locale, {
    style: 'currency',
    currency: settings.currency,
    maximumFractionDigits: 0,
  });
  const plain = new Intl.NumberFormat(locale, { maximumFractionDigits: 2 });
  const moment = new Intl.DateTimeFormat(locale, {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZone: settings.timeZone,
    timeZoneName: 'short',
  });
  const day = new Intl.DateTimeFormat(locale, {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    timeZone: settings.timeZone,
  });

  return {
    /** A probability: '72 %', '< 1 %', '> 99 %'. */
    percent: (p: Maybe<number>) => orMissing(p, percentText),
    /** A share with one decimal: '26.5 %'. */
    rate: (p: Maybe<number>) => orMissing(p, (share) => `${oneDecimal.format(share * 100)} %`),
    metric: (x: Maybe<number>) => orMissing(x, (value) => threeDecimals.format(value)),
    /** Signed probability points: '+12 points'. */
    points: (x: Maybe<number>) => orMissing(x, pointsText),
    money: (x: Maybe<number>) => orMissing(x, (amount) => currency.format(amount).replace('-', '−')),
    count: (n: Maybe<number>) => orMissing(n, (value) => whole.format(value)),
    number: (x: Maybe<number>) => orMissing(x, (value) => plain.format(value)),
    dateTime: (iso: Maybe<string>) => orMissing(iso, (time) => moment.format(new Date(time))),
    date: (iso: Maybe<string>) => orMissing(iso, (time) => day.format(new Date(time))),
    riskWord: (level: RiskWord) => riskWords[level],
    riskShape: (level: RiskWord) => riskShapes[level],
    /** A column's name as people say it. */
    label: labelOf,
    isSameName: (a: string | undefined, b: string | null | undefined) =>
      foldName(a ?? '') === foldName(b ?? ''),
    reason: reasonWords,
    effect: effectWords,
    plural: (n: number, one: string, many = `${one}s`) => `${whole.format(n)} ${n === 1 ? one : many}`,
    /** `?a=b` of the current query with some parameters changed; null or '' takes one away. */
    query: queryText,
    or: (text: Maybe<string | number>) =>
      text === null || text === undefined || text === '' ? missing : String(text),
  };
}

const riskWords = { low: 'Low', medium: 'Medium', high: 'High' } as const;
const riskShapes = { low: '○', medium: '◐', high: '●' } as const;

function orMissing<T>(value: Maybe<T>, text: (value: T) => string): string {
  return value === null || value === undefined || Number.isNaN(value) ? missing : text(value);
}

export function percentText(p: number): string {
  if (p < 0.01) return '< 1 %';
  if (p > 0.99) return '> 99 %';
  return `${Math.round(p * 100)} %`;
}

export function pointsText(x: number): string {
  const points = Math.round(x * 1000) / 10;
  const size = Math.abs(points);
  const text = size > 0 && size < 1 ? size.toFixed(1) : String(Math.round(size));
  const sign = points > 0 ? '+' : points < 0 ? '−' : '';
  return `${sign}${text} ${text === '1' ? 'point' : 'points'}`;
}

function queryText(
  current: Readonly<Record<string, string | number | null | undefined>>,
  changes: Readonly<Record<string, string | number | null>> = {},
): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...current, ...changes })) {
    if (value !== null && value !== undefined && value !== '') query.set(name, String(value));
  }
  const text = query.toString();
  return text === '' ? '?' : `?${text}`;
}
