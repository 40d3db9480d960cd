import { describe, expect, it } from 'vitest';
import { conditionKinds, ProxyCondition } from '../../../../src/domain/datasets/labels/condition-kinds.ts';
import type { ConditionKind, ConditionText } from '../../../../src/domain/datasets/labels/condition-kinds.ts';
import { describeProxy } from '../../../../src/domain/datasets/labels/proxy-label.ts';

/** One of each kind: a new kind does not compile without an example here. */
const examples: { readonly [K in ConditionKind]: ProxyCondition<K> } = {
  'inactive-days': { kind: 'inactive-days', column: 'last_login', days: 60, asOf: '2026-11-20' },
  'days-at-least': { kind: 'days-at-least', column: 'idle', days: 60 },
  'below-percentile': { kind: 'below-percentile', column: 'usage', percentile: 12.5 },
  'above-percentile': { kind: 'above-percentile', column: 'usage', percentile: 90 },
  equals: { kind: 'equals', column: 'status', level: 'closed' },
  filled: { kind: 'filled', column: 'closed_on' },
  below: { kind: 'below', column: 'usage', number: -1.5 },
  above: { kind: 'above', column: 'usage', number: 3 },
};

function throughForm<K extends ConditionKind>(condition: ProxyCondition<K>): unknown {
  const { fromText, toText } = conditionKinds[condition.kind];
  const text: ConditionText = { value: '', asOf: '', ...toText(condition) };
  return { kind: condition.kind, column: condition.column, ...fromText(text) };
}

function variantsOf<K extends ConditionKind>(condition: ProxyCondition<K>): readonly unknown[] {
  return conditionKinds[condition.kind].variants(condition);
}

describe.each(Object.values(examples))('the condition $kind', (condition) => {
  it('is the same after it was shown in the form and sent again', () => {
    expect(throughForm(condition)).toEqual(condition);
  });

  it('is stored as JSON, and its variants too', () => {
    const all = [condition, ...variantsOf(condition)];
    for (const one of all) expect(ProxyCondition.parse(JSON.parse(JSON.stringify(one)))).toEqual(one);
    expect(new Set(all.map((one) => JSON.stringify(one))).size, 'all different').toBe(all.length);
  });

  it('is described with its column, and its label has a place for the value where it has one', () => {
    const words = describeProxy({ match: 'all', conditions: [condition] });
    expect(words.toLowerCase()).toContain(condition.column);
    const { label, hasValue } = conditionKinds[condition.kind];
    expect(label.includes('…')).toBe(hasValue);
  });
});
