/** What can be changed for customers, and what it costs, as its pages show it. */
import { leverProblem } from '../domain/levers/levers.ts';
import type { Feature } from '../ml/data/schema.ts';
import { costBases, leverChanges } from '../store/levers.ts';
import type { CostBasis, Lever, LeverChange } from '../store/levers.ts';
import type { RuleRecord } from '../store/retention-rules.ts';
import type { ViewHelpers } from './view-helpers.ts';

const changeWords: Readonly<Record<LeverChange, string>> = {
  level: 'To a level',
  lower: 'Lower',
  higher: 'Higher',
};
const basisWords: Readonly<Record<CostBasis, string>> = {
  once: 'Once',
  month: 'A month',
  unit: 'For each unit of change',
  'unit-month': 'For each unit of change, a month',
};

export interface LeversData {
  readonly levers: readonly Lever[];
  /** Of the active model; undefined: there is none. */
  readonly features: readonly Feature[] | undefined;
  readonly rules: readonly RuleRecord[];
}

export function presentLevers(h: ViewHelpers, { levers, features, rules }: LeversData) {
  return {
    title: 'Changes you can offer',
    levers: levers.map((lever) => ({
      href: `/settings/levers/${lever.id}`,
      change: leverWords(h, lever),
      cost: h.money(lever.cost),
      per: basisWords[lever.per],
      rule: h.or(rules.find(({ id }) => id === lever.ruleId)?.action),
      problem: features ? (leverProblem(lever, features)?.message ?? null) : null,
    })),
  };
}

/** 'Contract to One year', 'Monthly charges lower'. */
function leverWords(h: ViewHelpers, { column, change, level }: Lever): string {
  const name = h.label(column);
  return change === 'level' ? `${name} to ${level ?? ''}` : `${name} ${changeWords[change].toLowerCase()}`;
}

export interface LeverFormData extends Omit<LeversData, 'levers'> {
  /** Null: a new one. */
  readonly id: number | null;
  readonly values: Readonly<Record<string, string>>;
}

export function presentLeverForm(h: ViewHelpers, { id, values, features = [], rules }: LeverFormData) {
  const path = id === null ? '/settings/levers' : `/settings/levers/${id}`;
  const { column = '', ruleId = '' } = values;
  const names = features.filter(({ type }) => type !== 'date').map(({ name }) => name);
  return {
    title: id === null ? 'Add a change you can offer' : 'Change what you can offer',
    path,
    removalPath: id === null ? null : `${path}/removal`,
    values,
    columnField: {
      name: 'column',
      label: 'Column',
      hint: 'Of the active model: something that you can change for a customer.',
      value: column,
      options: [
        { value: '', label: 'Choose a column' },
        ...[...new Set(column === '' ? names : [...names, column])].map((name) => ({
          value: name,
          label: h.label(name),
        })),
      ],
    },
    changeField: {
      name: 'change',
      label: 'Change',
      value: values['change'],
      options: leverChanges.map((value) => ({ value, label: changeWords[value] })),
    },
    perField: {
      name: 'per',
      label: 'Paid',
      value: values['per'],
      options: costBases.map((value) => ({ value, label: basisWords[value] })),
    },
    ruleField: {
      name: 'ruleId',
      label: 'Offered by',
      hint: 'The retention rule that decides which customers get it. Its campaigns say whether it works.',
      value: ruleId,
      options: [
        { value: '', label: 'No retention rule' },
        ...rules.map(({ id: value, action }) => ({ value: String(value), label: action })),
      ],
    },
  };
}

export function presentLeverRemoval(h: ViewHelpers, lever: Lever) {
  return { title: 'Remove this change?', change: leverWords(h, lever), href: `/settings/levers/${lever.id}` };
}
