/**
 * How every figure is written: numbers, shares, points, money, dates, and the bins of a column. One place, so that the
 * same figure reads the same on a page, in a chart, in a file and on the command line.
 * A minus is '−', never '-0'; what is no number is '–'; beyond fifteen digits a number is written as 1.23E20.
 */
type Maybe<T> = T | null | undefined;

/** A number, or a day counted from 1970-01-01 as the models count it. */
export type ValueKind = 'number' | 'date';

/** Both ends belong to it. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export const missing = '–';

const locale = 'en-GB';
const dayMs = 86_400_000;
/** Beyond it the digits of a double say nothing any more. */
const tooLong = 1e15;
const tooSmall = 1e-6;

const scientific = numberFormat({ notation: 'scientific', maximumSignificantDigits: 3 });
const whole = numberFormat({ maximumFractionDigits: 0 });
const oneDecimal = numberFormat({ minimumFractionDigits: 1, maximumFractionDigits: 1 });
const upToOneDecimal = numberFormat({ maximumFractionDigits: 1 });
const upToTwoDecimals = numberFormat({ maximumFractionDigits: 2 });
const threeDecimals = numberFormat({ minimumFractionDigits: 3, maximumFractionDigits: 3 });
const fourDecimals = numberFormat({ minimumFractionDigits: 4, maximumFractionDigits: 4 });
/** As many digits as a double has: '0.99004567'. */
const exact = numberFormat({ maximumSignificantDigits: 15 });
const plain = numberFormat({
  maximumFractionDigits: 2,
  maximumSignificantDigits: 3,
  roundingPriority: 'morePrecision',
});
const dayFormat = new Intl.DateTimeFormat(locale, {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  timeZone: 'UTC',
});

/** A number of things: '34,516'. */
export function countText(n: Maybe<number>): string {
  return orMissing(n, whole);
}

/** Two decimals, more where the number is small: '34,516', '29.85', '0.00123'. */
export function numberText(x: Maybe<number>): string {
  return orMissing(x, (value) =>
    value !== 0 && Math.abs(value) < tooSmall ? scientific(value) : plain(value),
  );
}

/** Three decimals, as figures of a model are compared: '0.846'. */
export function metricText(x: Maybe<number>): string {
  return orMissing(x, threeDecimals);
}

/** Signed, with four decimals, as differences between good models are small: '+0.0012', '−0.0004', '0.0000'. */
export function differenceText(x: Maybe<number>): string {
  return orMissing(x, (value) => {
    const size = fourDecimals(Math.abs(value));
    const sign = size === fourDecimals(0) ? '' : value > 0 ? '+' : '−';
    return `${sign}${size}`;
  });
}

/** A probability of one customer: '72 %', '< 1 %', '> 99 %'. Nobody is certain to stay or to leave. */
export function percentText(p: Maybe<number>): string {
  return orMissing(p, (share) => {
    if (share < 0.01) return '< 1 %';
    if (share > 0.99) return '> 99 %';
    return `${whole(share * 100)} %`;
  });
}

/** A share of many, with one decimal: '26.5 %'. A few of many are never '0.0 %'. */
export function rateText(p: Maybe<number>): string {
  return orMissing(p, (share) => {
    if (share > 0 && share < 0.0005) return '< 0.1 %';
    if (share < 1 && share >= 0.9995) return '> 99.9 %';
    return `${oneDecimal(share * 100)} %`;
  });
}

/** A limit or a chosen share, as exact as it was chosen: '0 %', '2.5 %', '100 %'. */
export function shareText(p: Maybe<number>): string {
  return orMissing(p, (share) => `${upToTwoDecimals(share * 100)} %`);
}

/** Signed probability points: '+12 points', '−0.4 points'. */
export function pointsText(x: Maybe<number>): string {
  return orMissing(x, (share) => {
    const size = pointsSize(share);
    const sign = size === '0' ? '' : share > 0 ? '+' : '−';
    return `${sign}${withUnit(size)}`;
  });
}

/** '12 points', '0.4 points', '1 point': how far, whatever the direction. */
export function sizeText(x: Maybe<number>): string {
  return orMissing(x, (share) => withUnit(pointsSize(share)));
}

function pointsSize(share: number): string {
  const size = Math.abs(share * 100);
  return (size < 9.95 ? upToOneDecimal : whole)(size);
}

function withUnit(size: string): string {
  return `${size} ${size === '1' ? 'point' : 'points'}`;
}

/** From one probability to the other, computed from what `percentText` shows of both, so that it adds up. */
export function pointsBetweenText(before: number, after: number): string {
  const points = shownPercent(after) - shownPercent(before);
  return points === 0 && before !== after ? 'less than 1 point' : pointsText(points / 100);
}

/**
 * The parts of the way from one probability to the other, in whole points that add up to what `percentText` shows of
 * both: each is rounded, then those furthest from their rounded value take up what is over or lacking.
 */
export function partsText(before: number, after: number, parts: readonly number[]): string[] {
  const points = parts.map((part) => part * 100);
  const shown = points.map((value) => Math.round(value));
  const left = (i: number): number => points[i]! - shown[i]!;
  let lacking = shownPercent(after) - shownPercent(before) - shown.reduce((sum, value) => sum + value, 0);
  while (shown.length > 0 && Number.isSafeInteger(lacking) && lacking !== 0) {
    const step = Math.sign(lacking);
    const next = shown.reduce((best, _, i) => (step * left(i) > step * left(best) ? i : best), 0);
    shown[next]! += step;
    lacking -= step;
  }
  return shown.map((value, i) =>
    value === 0 && Math.abs(points[i]!) >= 0.05 ? 'less than 1 point' : pointsText(value / 100),
  );
}

function shownPercent(p: number): number {
  if (p < 0.01) return 0;
  return p > 0.99 ? 100 : Math.round(p * 100);
}

/** A day counted from 1970-01-01: '18 Nov 2026'. */
export function dayText(days: Maybe<number>): string {
  return orMissing(days, (value) => {
    const time = new Date(Math.floor(value) * dayMs);
    return Number.isNaN(time.getTime()) ? missing : dayFormat.format(time);
  });
}

/** A value of a column as it is meant. */
export function valueText(x: Maybe<number>, kind: ValueKind): string {
  return kind === 'date' ? dayText(x) : numberText(x);
}

/** What a customer has in a column, to the last digit: a number, a level, an ISO date, or null. */
export function cellText(value: number | string | null): string {
  if (value === null) return 'not known';
  if (typeof value === 'number') return orMissing(value, exact);
  return /^\d{4}-\d\d-\d\d$/.test(value) && !Number.isNaN(Date.parse(value))
    ? dayText(Date.parse(value) / dayMs)
    : value;
}

/** How long something takes or took: '45 seconds', '3 minutes'. */
export function durationText(seconds: Maybe<number>): string {
  return orMissing(seconds, (value) => {
    const [n, unit] = value < 90 ? [Math.round(value), 'second'] : [Math.round(value / 60), 'minute'];
    return `${whole(n)} ${n === 1 ? unit : `${unit}s`}`;
  });
}

/** A share as a field of a form holds it in percent, to be read back unchanged: '2.5'. */
export function typedPercent(share: number): string {
  return String(Number((share * 100).toPrecision(12)));
}

/** Money in whole units and times where the organisation is; a time is an ISO text. */
export function createFormatter({ currency, timeZone }: { currency: string; timeZone: string }) {
  const money = numberFormat({ style: 'currency', currency, maximumFractionDigits: 0 });
  const date = { day: 'numeric', month: 'short', year: 'numeric', timeZone } as const;
  const time = { hour: '2-digit', minute: '2-digit', timeZoneName: 'short' } as const;
  const dateFormat = new Intl.DateTimeFormat(locale, date);
  const momentFormat = new Intl.DateTimeFormat(locale, { ...date, ...time });
  const written = (format: Intl.DateTimeFormat) => (iso: Maybe<string>) => {
    const moment = new Date(iso ?? Number.NaN);
    return Number.isNaN(moment.getTime()) ? missing : format.format(moment);
  };
  return {
    money: (x: Maybe<number>) => orMissing(x, money),
    date: written(dateFormat),
    dateTime: written(momentFormat),
  };
}

/**
 * Names of bins that follow one another, each by its least and greatest value: '0', '1 to 4', '12.5 to 99.75'. As many
 * digits as it takes that different values read differently.
 */
export function spanTexts(spans: readonly Span[], kind: ValueKind): string[] {
  const text = distinctTexts(
    spans.flatMap(({ from, to }) => [from, to]),
    kind,
  );
  return spans.map(({ from, to }) => (from === to ? text(from) : `${text(from)} to ${text(to)}`));
}

/**
 * Names of the bins between ascending edges, the outer two open: 'under 10', '10 to under 20', '20 or more'; of whole
 * numbers '10 to 19', of dates 'before 1 Nov 2026' and so on. One name more than there are edges.
 */
export function edgeTexts(edges: readonly number[], kind: ValueKind | 'integer'): string[] {
  const isWhole = kind !== 'number';
  const starts = isWhole ? edges.map(Math.ceil) : edges;
  const [first, final] = [starts[0], starts.at(-1)];
  if (first === undefined || final === undefined) return ['all'];
  const text = distinctTexts(
    starts.flatMap((edge) => (isWhole ? [edge, edge - 1] : [edge])),
    kind === 'date' ? 'date' : 'number',
  );
  const inner = starts.slice(1).map((to, i) => {
    const from = starts[i]!;
    if (!isWhole) return `${text(from)} to under ${text(to)}`;
    return to - 1 <= from ? text(from) : `${text(from)} to ${text(to - 1)}`;
  });
  return kind === 'date'
    ? [`before ${text(first)}`, ...inner, `from ${text(final)}`]
    : [`under ${text(first)}`, ...inner, `${text(final)} or more`];
}

/** A writer for these values that gives two different ones two different texts. */
function distinctTexts(values: readonly number[], kind: ValueKind): (value: number) => string {
  if (kind === 'date') return dayText;
  const distinct = [...new Set(values.map((value) => value + 0))];
  const formats = candidateFormats(distinct);
  for (const format of formats)
    if (new Set(distinct.map(format)).size === distinct.length) return (value) => format(value + 0);
  return String;
}

function* candidateFormats(values: readonly number[]): Generator<(value: number) => string> {
  const largest = Math.max(0, ...values.map(Math.abs));
  if (values.every(Number.isSafeInteger)) yield whole;
  const digits = largest > 0 ? Math.max(2, 2 - Math.floor(Math.log10(largest))) : 2;
  if (largest < tooLong)
    for (let most = digits; most <= 12; most++) yield numberFormat({ maximumFractionDigits: most });
  for (let most = 3; most <= 17; most++)
    yield numberFormat({ notation: 'scientific', maximumSignificantDigits: most });
}

function numberFormat(options: Intl.NumberFormatOptions): (value: number) => string {
  const format = new Intl.NumberFormat(locale, { signDisplay: 'negative', ...options });
  const isPlain = options.notation === undefined;
  return (value) =>
    isPlain && Math.abs(value) >= tooLong ? scientific(value) : format.format(value).replaceAll('-', '−');
}

function orMissing<T extends number>(value: Maybe<T>, text: (value: T) => string): string {
  return value === null || value === undefined || !Number.isFinite(value) ? missing : text(value);
}
