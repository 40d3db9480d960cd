/**
 * A label where no column says who left: a rule over columns, such as 'no activity for 60 days'.
 *
 * A cell that is blank or unreadable decides nothing, unless the condition is about being filled in. A row is undecided when the cells that can be read do
 * not settle it: of 'all', one condition that fails settles it; of 'any', one that holds.
 */
import { z } from 'zod';
import { Unprocessable } from '../../../errors.ts';
import { isSameLevel } from '../../../ml/data/levels.ts';
import { isBlank, largestNumber, parseDate, parseNumber } from '../../../ml/data/values.ts';
import type { WholeCsv } from '../../csv/whole.ts';

const column = z.string().min(1).max(200);
const dayWords = 'Enter whole days, from 1 to 3,650.';
const days = z.int(dayWords).min(1, dayWords).max(3_650, dayWords);
const percentWords = 'Enter a percentage from 1 to 99.';
const number = z.number().min(-largestNumber).max(largestNumber);
const percentile = z.number(percentWords).min(1, percentWords).max(99, percentWords);
const asOf = z
  .string()
  .refine((text) => parseDate(text) !== null, { error: 'Write the date as 2026-11-20 or 20.11.2026.' })
  .nullable();

export const ProxyCondition = z.discriminatedUnion('kind', [
  /** `column` is the date of the last activity; `asOf` null is the latest date in it. */
  z.object({ kind: z.literal('inactive-days'), column, days, asOf }),
  /** `column` counts the days since the last activity. */
  z.object({ kind: z.literal('days-at-least'), column, days }),
  z.object({ kind: z.literal('below-percentile'), column, percentile }),
  z.object({ kind: z.literal('above-percentile'), column, percentile }),
  z.object({
    kind: z.literal('equals'),
    column,
    level: z.string().min(1).max(200, 'Use at most 200 characters.'),
  }),
  /** Such as a date of leaving, which customers who stayed do not have: a blank cell says 'stayed' here. */
  z.object({ kind: z.literal('filled'), column }),
  z.object({ kind: z.literal('below'), column, number }),
  z.object({ kind: z.literal('above'), column, number }),
]);
export type ProxyCondition = z.infer<typeof ProxyCondition>;

export const ProxyRule = z.object({
  match: z.enum(['all', 'any']),
  conditions: z.array(ProxyCondition).min(1).max(5),
});
export type ProxyRule = z.infer<typeof ProxyRule>;

/** The part of a file that labels are made from. */
export type TextTable = Pick<WholeCsv, 'header' | 'cells' | 'decimal'>;

export interface ProxyLabels {
  /** One a row: 1 left, 0 stayed, 255 undecided. */
  readonly labels: Uint8Array;
  readonly positive: number;
  readonly undecided: number;
  /** They say who left, so nothing may be learned from them. */
  readonly usedColumns: readonly string[];
}

const unknown = 255;

/** Who left by the rule, row by row. @throws Unprocessable naming each column that is missing or unreadable. */
export function applyProxy(rule: ProxyRule, table: TextTable): ProxyLabels {
  const problems = rule.conditions.flatMap((condition, at) => {
    if (table.header.includes(condition.column)) return [];
    const message = `There is no column '${condition.column}'. There are ${table.header.join(', ')}.`;
    return [{ field: `conditions.${at}.column`, message }];
  });
  if (problems.length > 0) throw new Unprocessable(problems);
  const answers = rule.conditions.map((condition, at) => answer(condition, at, table));
  const labels = combine(answers, rule.match === 'any' ? 1 : 0);
  let positive = 0;
  let undecided = 0;
  for (const label of labels) {
    if (label === 1) positive++;
    else if (label === unknown) undecided++;
  }
  const usedColumns = [...new Set(rule.conditions.map((condition) => condition.column))];
  return { labels, positive, undecided, usedColumns };
}

/** The rule in plain words, such as `No activity for 60 days or more (by last_login)`. */
export function describeProxy(rule: ProxyRule): string {
  const words = rule.conditions.map(describeCondition).join(rule.match === 'all' ? ', and ' : ', or ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function describeCondition(condition: ProxyCondition): string {
  const name = condition.column;
  switch (condition.kind) {
    case 'inactive-days': {
      const counted = condition.asOf === null ? '' : `, counted to ${condition.asOf}`;
      return `no activity for ${condition.days} days or more (by ${name}${counted})`;
    }
    case 'days-at-least':
      return `no activity for ${condition.days} days or more (by ${name})`;
    case 'below-percentile':
      return `${name} is among the lowest ${condition.percentile} %`;
    case 'above-percentile':
      return `${name} is among the highest ${round(100 - condition.percentile)} %`;
    case 'equals':
      return `${name} is ${condition.level}`;
    case 'filled':
      return `${name} has a value`;
    case 'below':
      return `${name} is below ${condition.number}`;
    case 'above':
      return `${name} is above ${condition.number}`;
  }
}

/** One condition, row by row: 1 holds, 0 does not, 255 cannot be said. */
function answer(condition: ProxyCondition, at: number, table: TextTable): Uint8Array {
  const cells = table.cells[table.header.indexOf(condition.column)]!;
  const fail = (message: string) => new Unprocessable([{ field: `conditions.${at}.column`, message }]);
  if (condition.kind === 'equals') return equalTo(condition.level, cells, condition.column, fail);
  if (condition.kind === 'filled') return filledIn(cells, condition.column, fail);
  const isDate = condition.kind === 'inactive-days';
  const parse = isDate ? parseDate : (text: string) => parseNumber(text, table.decimal);
  const values = Float64Array.from(cells, (text) => (isBlank(text) ? NaN : (parse(text) ?? NaN)));
  if (values.every((value) => Number.isNaN(value)))
    throw fail(`The column '${condition.column}' holds no ${isDate ? 'dates' : 'numbers'} that can be read.`);
  const holds = testOf(condition, values);
  return Uint8Array.from(values, (value) => (Number.isNaN(value) ? unknown : holds(value) ? 1 : 0));
}

function equalTo(
  level: string,
  cells: readonly string[],
  name: string,
  fail: (message: string) => Unprocessable,
): Uint8Array {
  const wanted = level.trim();
  const answers = Uint8Array.from(cells, (text) =>
    isBlank(text) ? unknown : isSameLevel(text, wanted) ? 1 : 0,
  );
  if (!answers.includes(1)) throw fail(`No row has '${wanted}' in the column '${name}'.`);
  return answers;
}

function filledIn(
  cells: readonly string[],
  name: string,
  fail: (message: string) => Unprocessable,
): Uint8Array {
  const answers = Uint8Array.from(cells, (text) => (isBlank(text) ? 0 : 1));
  if (!answers.includes(1)) throw fail(`The column '${name}' has no value in any row.`);
  if (!answers.includes(0))
    throw fail(`The column '${name}' has a value in every row, so nobody would have stayed.`);
  return answers;
}

/** Ties at a percentile belong to it: with 40 % zeros, the lowest 10 % are all the zeros. */
function testOf(
  condition: Exclude<ProxyCondition, { kind: 'equals' | 'filled' }>,
  values: Float64Array,
): (value: number) => boolean {
  switch (condition.kind) {
    case 'inactive-days': {
      const end = condition.asOf === null ? largest(values) : parseDate(condition.asOf)!;
      return (value) => end - value >= condition.days;
    }
    case 'days-at-least':
      return (value) => value >= condition.days;
    case 'below-percentile': {
      const limit = percentileOf(values, condition.percentile);
      return (value) => value <= limit;
    }
    case 'above-percentile': {
      const limit = percentileOf(values, condition.percentile);
      return (value) => value >= limit;
    }
    case 'below':
      return (value) => value < condition.number;
    case 'above':
      return (value) => value > condition.number;
  }
}

function largest(values: Float64Array): number {
  let max = -Infinity;
  for (const value of values) if (value > max) max = value;
  return max;
}

/** Between the two nearest values in proportion, as numpy does; of the values that are there. */
function percentileOf(values: Float64Array, percent: number): number {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  const place = ((sorted.length - 1) * percent) / 100;
  const below = Math.floor(place);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low + (place - below) * (high - low);
}

/** `settling` is the answer by which one condition alone decides. */
function combine(answers: readonly Uint8Array[], settling: 0 | 1): Uint8Array {
  const labels = answers[0]!.slice();
  for (const one of answers.slice(1)) {
    for (let row = 0; row < labels.length; row++) {
      if (labels[row] === settling) continue;
      if (one[row] === settling) labels[row] = settling;
      else if (one[row] === unknown) labels[row] = unknown;
    }
  }
  return labels;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
