/**
 * Retention rules that cannot do what somebody expects of them: nobody meets their conditions, their days are over, or
 * another rule always takes their place.
 */
import type { Feature } from '../../ml/data/schema.ts';
import type { AttributeCondition } from '../../store/rule-conditions.ts';
import { foldName } from '../csv/column-names.ts';
import { isAsked, numberOf, typedNumber } from '../scoring/cell-values.ts';
import { excludeEachOther, implies } from './conditions/comparison-logic.ts';
import { comparisonWords } from './conditions/comparisons.ts';
import type { RuleWords } from './conditions/kind.ts';
import { columnsOf, covers } from './conditions/kinds.ts';
import type { RetentionRule } from './matching.ts';
import { validityOn } from './validity.ts';

export interface RuleSurroundings {
  /** In their order. */
  readonly rules: readonly RetentionRule[];
  /** Of the active model; undefined: there is none. */
  readonly features: readonly Feature[] | undefined;
  /** `2026-11-20`, where the organisation is. */
  readonly day: string;
  readonly words: RuleWords;
}

/** In sentences; none for a rule that is all right. */
export function problemsOf(rule: RetentionRule, around: RuleSurroundings): string[] {
  const impossible = impossibilities(rule, around);
  return [
    ...(validityOn(rule, around.day) === 'over' ? ['Applies no longer: its last day has passed.'] : []),
    ...impossible.map((why) => `Matches no customers: ${why}.`),
    ...rule.conditions.attributes.flatMap((one) => levelProblem(one, around)),
    ...(impossible.length === 0 && isUsed(rule, around.day) ? overlaps(rule, around) : []),
  ];
}

function impossibilities(rule: RetentionRule, around: RuleSurroundings): string[] {
  const { features, words } = around;
  const { conditions } = rule;
  const { attributes, exceptions, minMonthlyValue: least, maxMonthlyValue: limit } = conditions;
  const { earlierAction, cooldown } = conditions;
  const said = (one: AttributeCondition): string => comparisonWords(one, words);
  const unknown = unknownColumns(rule, features);
  return [
    ...(unknown.length > 0 ? [`the active model has no column ${unknown.join(', ')}`] : []),
    ...(least !== null && limit !== null && least >= limit
      ? [`no monthly revenue is at least ${words.money(least)} and below ${words.money(limit)}`]
      : []),
    ...attributes.flatMap((one, i) =>
      attributes
        .slice(i + 1)
        .filter((other) => excludeEachOther(one, other))
        .map((other) => `‘${said(one)}’ and ‘${said(other)}’ exclude each other`),
    ),
    ...attributes.flatMap((one) =>
      exceptions
        .filter((exception) => implies(one, exception))
        .map(
          (exception) => `‘${said(one)}’ is asked for, and whoever meets ‘${said(exception)}’ is left out`,
        ),
    ),
    ...attributes.flatMap((one) => valueProblem(one, around)),
    ...(earlierAction !== null && cooldown?.of === 'any' && earlierAction.days <= cooldown.days
      ? ['the earlier action that is asked for falls within the cool-down']
      : []),
  ];
}

/** Columns that the rule names and the active model does not have. */
function unknownColumns({ conditions }: RetentionRule, features: readonly Feature[] = []): string[] {
  const known = new Set(features.map(({ name }) => foldName(name)));
  return [...new Set(columnsOf(conditions).filter((name) => !known.has(foldName(name))))];
}

/** A comparison that no value of the active model's column can meet. */
function valueProblem(
  { column, operator, value }: AttributeCondition,
  { features, words: { label } }: RuleSurroundings,
): string[] {
  const feature = findFeature(features, column);
  if (feature === undefined || feature.type === 'date') return [];
  const name = label(feature.name);
  if (feature.type === 'number')
    return operator === 'is' && typedNumber(value) === null ? [`${name} is a number, never ‘${value}’`] : [];
  const comparesText = operator === 'below' || operator === 'above';
  return comparesText && feature.levels.every((level) => numberOf(level) === null)
    ? [`${name} is no number, so that it is never below or above one`]
    : [];
}

/** Customers may have a level that no customer had in training; more often it is written in another way. */
function levelProblem(
  { column, operator, value }: AttributeCondition,
  { features, words: { label } }: RuleSurroundings,
): string[] {
  const feature = findFeature(features, column);
  const hasLevels = feature?.type === 'category' || feature?.type === 'boolean';
  if (!hasLevels || operator !== 'is' || feature.levels.some((level) => isAsked(level, value))) return [];
  return [`The active model has never seen ${label(feature.name)} ‘${value}’. Check how it is written.`];
}

function findFeature(features: readonly Feature[] | undefined, column: string): Feature | undefined {
  return features?.find(({ name }) => foldName(name) === foldName(column));
}

function isUsed(rule: RetentionRule, day: string): boolean {
  return rule.enabled && validityOn(rule, day) !== 'over';
}

/** Examples are for other customers than rules of one’s own. */
function overlaps(rule: RetentionRule, { rules, day }: RuleSurroundings): string[] {
  const others = rules.filter(
    (other) => other.id !== rule.id && isUsed(other, day) && other.isExample === rule.isExample,
  );
  const winner = others.find((other) => alwaysWins(other, rule, rules));
  if (winner !== undefined)
    return [
      `Never comes first: ‘${winner.action}’ is for the same customers and always expected to save as much or more.`,
    ];
  return others
    .filter((other) => isSameAudience(rule, other))
    .map((other) => `Has the same conditions as ‘${other.action}’.`);
}

function isSameAudience(a: RetentionRule, b: RetentionRule): boolean {
  return covers(a.conditions, b.conditions) && covers(b.conditions, a.conditions);
}

/** Whether `other` is recommended before `rule` to every customer of `rule`, on all days of `rule`. */
function alwaysWins(other: RetentionRule, rule: RetentionRule, rules: readonly RetentionRule[]): boolean {
  const isAsGood = other.saveRate >= rule.saveRate && other.cost <= rule.cost;
  return (
    isAsGood &&
    covers(other.conditions, rule.conditions) &&
    coversDays(other, rule) &&
    (rules.indexOf(other) < rules.indexOf(rule) || (isBetter(other, rule) && needsKnownRevenue(rule)))
  );
}

function isBetter(a: RetentionRule, b: RetentionRule): boolean {
  return a.saveRate > b.saveRate || a.cost < b.cost;
}

/** Where the revenue is not known, the order of the rules decides. */
function needsKnownRevenue({ conditions }: RetentionRule): boolean {
  return (conditions.minMonthlyValue ?? -1) >= 0 || conditions.maxMonthlyValue !== null;
}

function coversDays(wide: RetentionRule, narrow: RetentionRule): boolean {
  const fromStart =
    wide.validFrom === null || (narrow.validFrom !== null && wide.validFrom <= narrow.validFrom);
  const toEnd = wide.validTo === null || (narrow.validTo !== null && wide.validTo >= narrow.validTo);
  return fromStart && toEnd;
}
