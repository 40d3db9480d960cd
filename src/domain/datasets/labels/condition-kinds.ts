/**
 * The kinds of conditions that a churn rule is made of, one entry each: the form, the stored JSON, the words, the
 * labels and the comparison of rules all read this record.
 */
import { z } from 'zod';
import { largestNumber, parseDate } from '../../../ml/data/values.ts';
import { typedNumber } from '../../scoring/cell-values.ts';
import { largest, percentileOf, testDates, testFilled, testLevel, testNumbers } from './condition-answers.ts';
import type { ConditionCells } from './condition-answers.ts';

/** What a person typed beside the kind; '' where nothing. */
export interface ConditionText {
  readonly value: string;
  /** The day to which days are counted. */
  readonly asOf: string;
}

interface KindDefinition<Fields> {
  /** In the form's list, after 'Condition'; `…` stands for the value. */
  readonly label: string;
  readonly hasValue: boolean;
  /** What it takes the cells of its column as. */
  readonly reads: 'number' | 'date' | 'category';
  /** Checked afterwards by the kind's schema, whose messages the form shows. */
  readonly fromText: (text: ConditionText) => Record<string, unknown>;
  readonly toText: (condition: Fields) => Partial<ConditionText>;
  readonly describe: (condition: Fields) => string;
  /** @throws Unprocessable when the column has no value that the condition could be tested with */
  readonly test: (condition: Fields, cells: ConditionCells) => Uint8Array;
  /** The same condition with other usual limits, for comparison. */
  readonly variants: (condition: Fields) => Fields[];
}

const column = z.string().min(1).max(200);
const daysMessage = 'Enter whole days, from 1 to 3,650.';
const days = z.int(daysMessage).min(1, daysMessage).max(3_650, daysMessage);
const percentileMessage = 'Enter a percentage from 1 to 99.';
const percentile = z.number(percentileMessage).min(1, percentileMessage).max(99, percentileMessage);
const numberMessage = 'Enter a number such as 60.';
const number = z.number(numberMessage).min(-largestNumber, numberMessage).max(largestNumber, numberMessage);
const level = z.string().min(1).max(200, 'Use at most 200 characters.');
const asOf = z
  .string()
  .refine((text) => parseDate(text) !== null, { error: 'Write the date as 2026-11-20 or 20.11.2026.' })
  .nullable();

const definitions = {
  /** `column` is the date of the last activity; `asOf` null is the latest date in it. */
  'inactive-days': defineKind(
    'inactive-days',
    { days, asOf },
    {
      label: 'is a date at least … days ago',
      hasValue: true,
      reads: 'date',
      fromText: ({ value, asOf: date }) => ({ days: typedNumber(value), asOf: date || null }),
      toText: (condition) => ({ value: String(condition.days), asOf: condition.asOf ?? '' }),
      describe: (condition) =>
        `no activity for ${condition.days} days or more (by ${condition.column}${condition.asOf === null ? '' : `, counted to ${condition.asOf}`})`,
      test: (condition, cells) =>
        testDates(cells, (values) => {
          const end = condition.asOf === null ? largest(values) : parseDate(condition.asOf)!;
          return (day) => end - day >= condition.days;
        }),
      variants: otherDays,
    },
  ),
  /** `column` counts the days since the last activity. */
  'days-at-least': defineKind(
    'days-at-least',
    { days },
    {
      label: 'is at least … days',
      hasValue: true,
      reads: 'number',
      fromText: ({ value }) => ({ days: typedNumber(value) }),
      toText: (condition) => ({ value: String(condition.days) }),
      describe: (condition) => `no activity for ${condition.days} days or more (by ${condition.column})`,
      test: (condition, cells) => testNumbers(cells, () => (value) => value >= condition.days),
      variants: otherDays,
    },
  ),
  /** Ties at a percentile belong to it: with 40% zeros, the lowest 10% are all the zeros. */
  'below-percentile': defineKind(
    'below-percentile',
    { percentile },
    {
      label: 'is among the lowest … percent',
      hasValue: true,
      reads: 'number',
      fromText: ({ value }) => ({ percentile: typedNumber(value) }),
      toText: (condition) => ({ value: String(condition.percentile) }),
      describe: (condition) => `${condition.column} is among the lowest ${condition.percentile} %`,
      test: (condition, cells) =>
        testNumbers(cells, (values) => {
          const limit = percentileOf(values, condition.percentile);
          return (value) => value <= limit;
        }),
      variants: (condition) => otherPercentiles(condition, usualShares),
    },
  ),
  'above-percentile': defineKind(
    'above-percentile',
    { percentile },
    {
      label: 'is above the … percentile',
      hasValue: true,
      reads: 'number',
      fromText: ({ value }) => ({ percentile: typedNumber(value) }),
      toText: (condition) => ({ value: String(condition.percentile) }),
      describe: (condition) =>
        `${condition.column} is among the highest ${Math.round(10_000 - 100 * condition.percentile) / 100} %`,
      test: (condition, cells) =>
        testNumbers(cells, (values) => {
          const limit = percentileOf(values, condition.percentile);
          return (value) => value >= limit;
        }),
      variants: (condition) =>
        otherPercentiles(
          condition,
          usualShares.map((share) => 100 - share),
        ),
    },
  ),
  equals: defineKind(
    'equals',
    { level },
    {
      label: 'is …',
      hasValue: true,
      reads: 'category',
      fromText: ({ value }) => ({ level: value }),
      toText: (condition) => ({ value: condition.level }),
      describe: (condition) => `${condition.column} is ${condition.level}`,
      test: (condition, cells) => testLevel(cells, condition.level),
      variants: () => [],
    },
  ),
  /** Such as a date of leaving, which customers who stayed do not have: a blank cell means that a customer stayed. */
  filled: defineKind(
    'filled',
    {},
    {
      label: 'has a value',
      hasValue: false,
      reads: 'category',
      fromText: () => ({}),
      toText: () => ({}),
      describe: (condition) => `${condition.column} has a value`,
      test: (_condition, cells) => testFilled(cells),
      variants: () => [],
    },
  ),
  below: defineKind(
    'below',
    { number },
    {
      label: 'is below …',
      hasValue: true,
      reads: 'number',
      fromText: ({ value }) => ({ number: typedNumber(value) }),
      toText: (condition) => ({ value: String(condition.number) }),
      describe: (condition) => `${condition.column} is below ${condition.number}`,
      test: (condition, cells) => testNumbers(cells, () => (value) => value < condition.number),
      variants: () => [],
    },
  ),
  above: defineKind(
    'above',
    { number },
    {
      label: 'is above …',
      hasValue: true,
      reads: 'number',
      fromText: ({ value }) => ({ number: typedNumber(value) }),
      toText: (condition) => ({ value: String(condition.number) }),
      describe: (condition) => `${condition.column} is above ${condition.number}`,
      test: (condition, cells) => testNumbers(cells, () => (value) => value > condition.number),
      variants: () => [],
    },
  ),
};

export type ConditionKind = keyof typeof definitions;
type Conditions = { readonly [K in ConditionKind]: z.infer<(typeof definitions)[K]['schema']> };
/** The condition of one kind; of any kind where none is given. */
export type ProxyCondition<K extends ConditionKind = ConditionKind> = {
  [P in K]: { readonly kind: P } & Conditions[P];
}[K];

export const conditionKinds: { readonly [K in ConditionKind]: KindDefinition<Conditions[K]> } = definitions;

const [firstSchema, ...otherSchemas] = Object.values(definitions).map(({ schema }) => schema);
export const ProxyCondition = z.discriminatedUnion('kind', [firstSchema!, ...otherSchemas]);

export function isConditionKind(text: string): text is ConditionKind {
  return Object.hasOwn(conditionKinds, text);
}

/** Adds the schema of the stored JSON: the kind, the column, and the kind's own fields. */
function defineKind<K extends string, Shape extends z.core.$ZodShape>(
  kind: K,
  shape: Shape,
  definition: KindDefinition<z.infer<z.ZodObject<Shape & { kind: z.ZodLiteral<K>; column: typeof column }>>>,
) {
  return { schema: z.object({ kind: z.literal(kind), column, ...shape }), ...definition };
}

const usualDays = [30, 45, 60, 90];
const usualShares = [5, 10, 20, 25];

function otherDays<Condition extends { readonly days: number }>(condition: Condition): Condition[] {
  return usualDays
    .filter((other) => other !== condition.days)
    .map((other) => ({ ...condition, days: other }));
}

function otherPercentiles<Condition extends { readonly percentile: number }>(
  condition: Condition,
  usual: readonly number[],
): Condition[] {
  return usual
    .filter((other) => other !== condition.percentile)
    .map((other) => ({ ...condition, percentile: other }));
}
