/** What follows from comparisons of a column with values, whatever the customers are. */
import type { AttributeCondition } from '../../../store/rule-conditions.ts';
import { foldName } from '../../csv/column-names.ts';
import { isAsked, typedNumber } from '../../scoring/cell-values.ts';

type Comparison = AttributeCondition;

function isOfSameColumn(a: Comparison, b: Comparison): boolean {
  return foldName(a.column) === foldName(b.column);
}

/** Whether whoever meets `a` meets `b`; false where that is not certain. */
export function implies(a: Comparison, b: Comparison): boolean {
  if (!isOfSameColumn(a, b)) return false;
  const [boundA, boundB] = [typedNumber(a.value), typedNumber(b.value)];
  if (a.operator === 'is' && b.operator === 'is-not') return !isSameText(a, b);
  if (a.operator === 'is' && (b.operator === 'below' || b.operator === 'above'))
    return boundA !== null && boundB !== null && isBeyond(b.operator, boundA, boundB);
  if (a.operator !== b.operator) return false;
  if (a.operator === 'missing') return true;
  if (a.operator === 'is' || a.operator === 'is-not') return isSameText(a, b);
  if (boundA === null || boundB === null) return false;
  return a.operator === 'below' ? boundA <= boundB : boundA >= boundB;
}

/** Whether no customer can meet both. */
export function excludeEachOther(a: Comparison, b: Comparison): boolean {
  return isOfSameColumn(a, b) && (isExcluded(a, b) || isExcluded(b, a));
}

function isExcluded(a: Comparison, b: Comparison): boolean {
  const [boundA, boundB] = [typedNumber(a.value), typedNumber(b.value)];
  switch (a.operator) {
    case 'missing':
      return b.operator !== 'missing' && b.operator !== 'is-not';
    case 'is':
      if (b.operator === 'is') return !isSameText(a, b);
      if (b.operator === 'is-not') return isSameText(a, b);
      if (b.operator === 'missing' || boundA === null || boundB === null) return false;
      return !isBeyond(b.operator, boundA, boundB);
    case 'above':
      return b.operator === 'below' && boundA !== null && boundB !== null && boundB <= boundA;
    case 'below':
    case 'is-not':
      return false;
  }
}

function isSameText(a: Comparison, b: Comparison): boolean {
  const [numberA, numberB] = [typedNumber(a.value), typedNumber(b.value)];
  return numberA !== null && numberB !== null ? numberA === numberB : isAsked(a.value, b.value);
}

function isBeyond(operator: 'below' | 'above', value: number, bound: number): boolean {
  return operator === 'below' ? value < bound : value > bound;
}
