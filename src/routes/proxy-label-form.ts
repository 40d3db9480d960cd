/** The form of a churn rule: up to three conditions, columns by their place. */
import {
  conditionKinds,
  isConditionKind,
  ProxyCondition,
} from '../domain/datasets/labels/condition-kinds.ts';
import type { ConditionKind, ConditionText } from '../domain/datasets/labels/condition-kinds.ts';
import type { ProxyRule } from '../domain/datasets/labels/proxy-label.ts';
import { Unprocessable } from '../errors.ts';
import type { FieldError } from '../errors.ts';
import type { Dataset } from '../store/datasets.ts';

export const ruleSlots = [0, 1, 2] as const;

type Values = Readonly<Record<string, string>>;

/** @throws Unprocessable with every problem */
export function readRuleForm(values: Values, dataset: Dataset): ProxyRule {
  const errors: FieldError[] = [];
  const conditions = ruleSlots.flatMap((slot) => {
    const read = readSlot(values, slot, dataset);
    errors.push(...read.errors);
    return read.condition === null ? [] : [read.condition];
  });
  if (conditions.length === 0 && errors.length === 0)
    errors.push({ field: 'column0', message: 'Choose a column and its condition.' });
  if (errors.length > 0) throw new Unprocessable(errors);
  return { match: values['match'] === 'any' ? 'any' : 'all', conditions };
}

interface SlotReading {
  /** Null for an empty slot, or one with errors. */
  readonly condition: ProxyCondition | null;
  readonly errors: readonly FieldError[];
}

function readSlot(values: Values, slot: number, { columns }: Dataset): SlotReading {
  const typed = (name: string): string => (values[`${name}${slot}`] ?? '').trim();
  if (typed('column') === '') return { condition: null, errors: [] };
  const column = columns[Number(typed('column'))]?.name;
  const kindText = typed('kind');
  const kind = isConditionKind(kindText) ? kindText : null;
  const value = typed('value');
  const errors: FieldError[] = [];
  if (column === undefined)
    errors.push({ field: `column${slot}`, message: 'Choose a column of this dataset.' });
  if (kind === null) errors.push({ field: `kind${slot}`, message: 'Choose a condition.' });
  if (value === '' && (kind === null || conditionKinds[kind].hasValue))
    errors.push({ field: `value${slot}`, message: 'Enter the days, percentage, number or level.' });
  if (kind === null || column === undefined || errors.length > 0) return { condition: null, errors };
  const text: ConditionText = { value, asOf: (values['asOf'] ?? '').trim() };
  const parsed = ProxyCondition.safeParse({ kind, column, ...conditionKinds[kind].fromText(text) });
  if (parsed.success) return { condition: parsed.data, errors: [] };
  const fieldOf = (name: PropertyKey | undefined) => (name === 'asOf' ? 'asOf' : `value${slot}`);
  return {
    condition: null,
    errors: parsed.error.issues.map(({ path, message }) => ({ field: fieldOf(path[0]), message })),
  };
}

/** The form's values for a rule. */
export function ruleValues({ match, conditions }: ProxyRule, dataset: Dataset): Record<string, string> {
  const values: Record<string, string> = { match };
  for (const [slot, condition] of conditions.entries()) {
    const place = dataset.columns.findIndex(({ name }) => name === condition.column);
    const { value = '', asOf = '' } = textOf(condition);
    values[`column${slot}`] = place < 0 ? '' : String(place);
    values[`kind${slot}`] = condition.kind;
    values[`value${slot}`] = value;
    if (asOf !== '') values['asOf'] = asOf;
  }
  return values;
}

function textOf<K extends ConditionKind>(condition: ProxyCondition<K>): Partial<ConditionText> {
  return conditionKinds[condition.kind].toText(condition);
}
