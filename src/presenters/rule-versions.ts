/** Versions of the retention rules as their pages show them: what changed, when and by whom. */
import { describeConditions } from '../domain/retention/conditions/kinds.ts';
import type { RetentionRule } from '../domain/retention/matching.ts';
import type { RuleVersion } from '../store/rule-versions.ts';
import type { ViewHelpers } from './view-helpers.ts';

export interface RuleVersionsData {
  /** The newest first. */
  readonly shown: readonly RuleVersion[];
  /** The one before those shown; undefined: there is none. */
  readonly next: RuleVersion | undefined;
  readonly current: number;
}

export function presentRuleVersions(h: ViewHelpers, { shown, next, current }: RuleVersionsData) {
  return {
    versions: shown.map((version, i) => ({
      ...presentVersion(h, version, shown[i + 1] ?? next),
      isCurrent: version.number === current,
    })),
    olderHref: next === undefined ? null : `/settings/rules/versions?before=${next.number + 1}`,
  };
}

export interface RuleVersionData {
  readonly version: RuleVersion;
  /** Undefined: there is none. */
  readonly previous: RuleVersion | undefined;
  readonly currentRules: readonly RetentionRule[];
}

export function presentRuleVersion(h: ViewHelpers, { version, previous, currentRules }: RuleVersionData) {
  return {
    title: `Version ${h.count(version.number)} of the retention rules`,
    ...presentVersion(h, version, previous),
    restorePath: `/settings/rules/versions/${version.number}/restore`,
    rules: version.rules.map((rule) => ({
      rule: rule.action,
      lines: linesOf(h, rule),
    })),
    /** What going back to it would change. */
    differences: presentChanges(h, currentRules, version.rules),
  };
}

function presentVersion(h: ViewHelpers, version: RuleVersion, previous: RuleVersion | undefined) {
  const { number, restored, userName, createdAt } = version;
  return {
    number: h.count(number),
    href: `/settings/rules/versions/${number}`,
    saved: `${h.dateTime(createdAt)} by ${userName ?? 'Holdfast'}`,
    restored: restored === null ? null : `Went back to version ${h.count(restored)}.`,
    isFirst: previous === undefined,
    changes: previous === undefined ? [] : presentChanges(h, previous.rules, version.rules),
  };
}

/** One entry a rule that is not the same. */
export function presentChanges(
  h: ViewHelpers,
  before: readonly RetentionRule[],
  after: readonly RetentionRule[],
) {
  const earlier = new Map(before.map((rule) => [rule.id, rule]));
  const later = new Set(after.map(({ id }) => id));
  const removed = before.filter(({ id }) => !later.has(id));
  return [
    ...after.map((rule) => ({ rule: rule.action, lines: changeLines(h, earlier.get(rule.id), rule) })),
    ...removed.map(({ action }) => ({ rule: action, lines: ['Removed.'] })),
  ].filter(({ lines }) => lines.length > 0);
}

function changeLines(h: ViewHelpers, before: RetentionRule | undefined, after: RetentionRule): string[] {
  if (before === undefined) return ['Added.'];
  const fields = fieldNames.flatMap((name) => {
    const [was, is] = [fieldWords[name](before, h), fieldWords[name](after, h)];
    return was === is ? [] : [`${name}: ${h.or(was)} → ${h.or(is)}`];
  });
  const [were, are] = [describeConditions(before.conditions, h), describeConditions(after.conditions, h)];
  return [
    ...fields,
    ...were.filter((line) => !are.includes(line)).map((line) => `No longer: ${line}`),
    ...are.filter((line) => !were.includes(line)).map((line) => `New condition: ${line}`),
  ];
}

/** Every field of a rule but its conditions; amounts as they were typed. */
const fieldWords = {
  Action: (rule) => rule.action,
  Why: (rule) => rule.why,
  Channel: (rule) => rule.channel,
  Message: (rule) => rule.message,
  'Cost per customer': (rule, h) => h.number(rule.cost),
  'Save rate': (rule, h) => `${h.typedPercent(rule.saveRate)} %`,
  Order: (rule, h) => h.count(rule.position),
  'First day': (rule, h) => h.date(rule.validFrom),
  'Last day': (rule, h) => h.date(rule.validTo),
  State: (rule) => (rule.enabled ? 'in use' : 'not in use'),
  Example: (rule) => (rule.isExample ? 'yes' : 'no'),
} satisfies Record<string, (rule: RetentionRule, h: ViewHelpers) => string>;
const fieldNames = Object.keys(fieldWords) as (keyof typeof fieldWords)[];

/** The rule in full: its conditions, and what its fields say. */
function linesOf(h: ViewHelpers, rule: RetentionRule): string[] {
  const conditions = describeConditions(rule.conditions, h);
  const fields = fieldNames.slice(1).flatMap((name) => {
    const words = h.or(fieldWords[name](rule, h));
    return words === h.or(null) ? [] : [`${name}: ${words}`];
  });
  return [...(conditions.length === 0 ? ['Any customer'] : conditions), ...fields];
}
