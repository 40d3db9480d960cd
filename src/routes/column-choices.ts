/** What can be said of a column, with the words for it. */
import type { ColumnRole, ColumnType, Policy } from '../ml/data/schema.ts';

interface Choice<T extends string> {
  readonly value: T;
  readonly label: string;
}

export const columnTypes: readonly Choice<ColumnType>[] = [
  { value: 'number', label: 'Number' },
  { value: 'category', label: 'Category' },
  { value: 'boolean', label: 'Yes or no' },
  { value: 'date', label: 'Date' },
  { value: 'text', label: 'Free text' },
];

export const columnRoles: readonly Choice<ColumnRole>[] = [
  { value: 'feature', label: 'Learn from it' },
  { value: 'value', label: 'Learn from it: what the customer pays a month' },
  { value: 'identifier', label: 'Names the customer' },
  { value: 'label', label: 'Says who left' },
  { value: 'ignored', label: 'Leave it out' },
];

export const policyChoices: { readonly [K in keyof Policy]: readonly Choice<Policy[K]>[] } = {
  missing: [
    { value: 'use', label: 'Score it as unknown' },
    { value: 'typical', label: 'Use the typical value' },
    { value: 'refuse', label: 'Refuse the row' },
  ],
  unseen: [
    { value: 'use', label: 'Score it as never seen' },
    { value: 'missing', label: 'Treat it as missing' },
    { value: 'refuse', label: 'Refuse the row' },
  ],
  outOfRange: [
    { value: 'use', label: 'Use it as it is' },
    { value: 'clip', label: 'Use the nearest allowed number' },
    { value: 'refuse', label: 'Refuse the row' },
  ],
};
