/** The form of a proxy rule: up to three conditions, columns by their place. */
import { typedNumber } from '../domain/scoring/cell-values.ts';
import { ProxyRule } from '../domain/datasets/labels/proxy-label.ts';
import type { ProxyCondition } from '../domain/datasets/labels/proxy-label.ts';
import { Unprocessable } from '../errors.ts';
import type { FieldError } from '../errors.ts';
import type { Dataset } from '../store/datasets.ts';

export const ruleSlots = [0, 1, 2] as const;

export const conditionKinds: readonly { readonly value: ProxyCondition['kind']; readonly label: string }[] = [
  { value: 'inactive-days', label: 'date lies back at least … days' },
  { value: 'days-at-least', label: 'number of days is at least …' },
  { value: 'below-percentile', label: 'is among the lowest … percent' },
  { value: 'above-percentile', label: 'is above the … percentile' },
  { value: 'equals', label: 'is …' },
  { value: 'filled', label: 'has a value' },
  { value: 'below', label: 'is below …' },
  { value: 'above', label: 'is above …' },
];

type Values = Readonly<Record<string, string>>;

/** @throws Unprocessable with every problem */
export function readRuleForm(values: Values, dataset: Dataset): ProxyRule {
  const errors: FieldError[] = [];
  const conditions = ruleSlots.flatMap((slot) => {
    const condition = readCondition(values, slot, dataset, errors);
    return condition === null ? [] : [condition];
  });
  if (conditions.length === 0 && errors.length === 0)
    errors.push({ field: 'column0', message: 'Choose a column and what must hold of it.' });
  if (errors.length > 0) throw new Unprocessable(errors);
  const result = ProxyRule.safeParse({ match: values['match'] === 'any' ? 'any' : 'all', conditions });
  if (result.success) return result.data;
  throw new Unprocessable(
    result.error.issues.map(({ path, message }) => ({ field: `value${Number(path[1] ?? 0)}`, message })),
  );
}

function readCondition(values: Values, slot: number, dataset: Dataset, errors: FieldError[]): unknown {
  const text = (name: string): string => (values[`${name}${slot}`] ?? '').trim();
  if (text('column') === '') return null;
  const column = dataset.columns[Number(text('column'))]?.name;
  const kind = conditionKinds.find(({ value }) => value === text('kind'))?.value;
  if (column === undefined)
    errors.push({ field: `column${slot}`, message: 'Choose a column of this dataset.' });
  if (kind === undefined)
    errors.push({ field: `kind${slot}`, message: 'Choose what must hold of the column.' });
  const needsValue = kind !== 'filled';
  if (needsValue && text('value') === '')
    errors.push({ field: `value${slot}`, message: 'Enter the days, percentage, number or level.' });
  if (column === undefined || kind === undefined) return null;
  if (kind === 'filled') return { kind, column };
  if (text('value') === '') return null;
  if (kind === 'equals') return { kind, column, level: text('value') };
  const number = typedNumber(text('value'));
  if (number === null) {
    errors.push({ field: `value${slot}`, message: 'Enter a number such as 60.' });
    return null;
  }
  if (kind === 'inactive-days')
    return { kind, column, days: number, asOf: (values['asOf'] ?? '').trim() || null };
  if (kind === 'days-at-least') return { kind, column, days: number };
  if (kind === 'below-percentile' || kind === 'above-percentile') return { kind, column, percentile: number };
  return { kind, column, number };
}

/** The form's values for a rule. */
export function ruleValues({ match, conditions }: ProxyRule, dataset: Dataset): Record<string, string> {
  const values: Record<string, string> = { match };
  conditions.forEach((condition, slot) => {
    const place = dataset.columns.findIndex(({ name }) => name === condition.column);
    values[`column${slot}`] = place < 0 ? '' : String(place);
    values[`kind${slot}`] = condition.kind;
    values[`value${slot}`] = amountOf(condition);
    if (condition.kind === 'inactive-days' && condition.asOf !== null) values['asOf'] = condition.asOf;
  });
  return values;
}

function amountOf(condition: ProxyCondition): string {
  if ('days' in condition) return String(condition.days);
  if ('percentile' in condition) return String(condition.percentile);
  if (condition.kind === 'filled') return '';
  return 'level' in condition ? condition.level : String(condition.number);
}
