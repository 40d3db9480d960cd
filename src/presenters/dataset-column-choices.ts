/** The types, uses and policies that a column can have, with their labels. */
import type { ColumnRole, ColumnType, Policy } from '../ml/data/schema.ts';

interface Choice<T extends string> {
  readonly value: T;
  readonly label: string;
}

export const typeLabels: Readonly<Record<ColumnType, string>> = {
  number: 'Number',
  category: 'Category',
  boolean: 'Yes or no',
  date: 'Date',
  text: 'Free text',
};

export const roleLabels: Readonly<Record<ColumnRole, string>> = {
  feature: 'Use as input',
  value: 'Use as input: monthly revenue',
  identifier: 'Customer ID',
  label: 'Churn label',
  ignored: 'Exclude',
};

const types: readonly ColumnType[] = ['number', 'category', 'boolean', 'date', 'text'];
const roles: readonly ColumnRole[] = ['feature', 'value', 'identifier', 'label', 'ignored'];

export const columnTypes = types.map((value) => ({ value, label: typeLabels[value] }));
export const columnRoles = roles.map((value) => ({ value, label: roleLabels[value] }));

export const policyChoices: { readonly [K in keyof Policy]: readonly Choice<Policy[K]>[] } = {
  missing: [
    { value: 'use', label: 'Score it as unknown' },
    { value: 'typical', label: 'Use the typical value' },
    { value: 'refuse', label: 'Reject the row' },
  ],
  unseen: [
    { value: 'use', label: 'Score it as unknown' },
    { value: 'missing', label: 'Treat it as missing' },
    { value: 'refuse', label: 'Reject the row' },
  ],
  outOfRange: [
    { value: 'use', label: 'Use it unchanged' },
    { value: 'clip', label: 'Use the nearest allowed number' },
    { value: 'refuse', label: 'Reject the row' },
  ],
};
