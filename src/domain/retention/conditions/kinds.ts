/**
 * The kinds of conditions of a retention rule, one entry each: what is stored is a line of `store/rule-conditions.ts`; its
 * fields in the form, its words, its test and the columns that it names are here. Nothing compiles without an entry.
 */
import type { ScoredFeature } from '../../../store/score-files/group.ts';
import { Conditions } from '../../../store/rule-conditions.ts';
import type { FieldError } from '../../../errors.ts';
import type { PastQuestion } from '../past/questions.ts';
import { attributeConditions, exceptionConditions } from './comparisons.ts';
import { cooldownCondition, earlierActionCondition } from './earlier-actions.ts';
import type {
  CompileContext,
  CompiledCondition,
  ConditionKind,
  RuleSubject,
  RuleWords,
  TypedFields,
} from './kind.ts';
import { levelCondition } from './levels.ts';
import { leastValue, valueBelow } from './monthly-value.ts';
import { reasonCondition } from './reason.ts';
import { segmentCondition } from './segment.ts';

type Name = keyof Conditions;
type Kinds = { readonly [K in Name]: ConditionKind<Conditions[K]> };

/** In the order of the form. */
const kinds: Kinds = {
  riskLevels: levelCondition,
  minMonthlyValue: leastValue,
  maxMonthlyValue: valueBelow,
  reason: reasonCondition,
  segment: segmentCondition,
  attributes: attributeConditions,
  earlierAction: earlierActionCondition,
  exceptions: exceptionConditions,
  cooldown: cooldownCondition,
};
const names = Object.keys(kinds) as Name[];

export const conditionFields = names.flatMap((name) => {
  const { section, fields } = kinds[name];
  return fields.map((field) => ({ section, field }));
});

/** Of fields that were checked. */
export function conditionsFromForm(typed: TypedFields): Conditions {
  return Conditions.parse(Object.fromEntries(names.map((name) => [name, kinds[name].fromForm(typed)])));
}

export function conditionsToForm(conditions: Conditions): TypedFields {
  const written = ofEach(conditions, (kind, asked) => kind.toForm(asked));
  return Object.fromEntries(written.flatMap((fields) => Object.entries(fields)));
}

/** Of fields that do not go together. */
export function conditionProblems(typed: TypedFields): FieldError[] {
  return names.flatMap((name) => kinds[name].problems?.(typed) ?? []);
}

/** 'Risk is high or medium', 'Contract is Month-to-month': one a line; none where the rule is for any customer. */
export function describeConditions(conditions: Conditions, words: RuleWords): string[] {
  return ofEach(conditions, (kind, asked) => kind.describe(asked, words)).flat();
}

/** Inputs that the conditions name. */
export function columnsOf(conditions: Conditions): string[] {
  return ofEach(conditions, (kind, asked) => kind.columns(asked)).flat();
}

/** The conditions of a rule, and the action that they are for. */
export interface RuleTerms {
  readonly conditions: Conditions;
  readonly action: string;
}

/** What the conditions ask about the past of a customer. */
export function questionsOf({ conditions, action }: RuleTerms): PastQuestion[] {
  return ofEach(conditions, (kind, asked) => kind.questions?.(asked, action) ?? []).flat();
}

/** Whether every customer who meets the `narrow` conditions meets the `wide` ones; false where that is not certain. */
export function covers(wide: Conditions, narrow: Conditions): boolean {
  return names.every((name) => coversIn(name, wide, narrow));
}

/** The first condition that this customer does not meet, in words; null: the customer meets all. */
export function whyNotMet({ conditions, action }: RuleTerms, subject: RuleSubject): string | null {
  for (const name of names) {
    const problem = ask(name, conditions, (kind, asked) => kind.whyNot(asked, subject, action));
    if (problem !== null) return problem;
  }
  return null;
}

/** Null: no customer of a model with these features can meet them. */
export function compileConditions(
  conditions: Conditions,
  features: readonly ScoredFeature[],
  context: CompileContext,
): readonly CompiledCondition[] | null {
  const compiled = ofEach(conditions, (kind, asked) => kind.compile(asked, features, context));
  return compiled.includes(null) ? null : compiled.flatMap((some) => some ?? []);
}

type Question<T> = <K extends Name>(kind: Kinds[K], asked: Conditions[K]) => T;

function ofEach<T>(conditions: Conditions, question: Question<T>): T[] {
  return names.map((name) => ask(name, conditions, question));
}

function ask<T>(name: Name, conditions: Conditions, question: Question<T>): T {
  return question(kinds[name], conditions[name]);
}

function coversIn<K extends Name>(name: K, wide: Pick<Conditions, K>, narrow: Pick<Conditions, K>): boolean {
  const kind: Kinds[K] = kinds[name];
  return kind.covers(wide[name], narrow[name]);
}
