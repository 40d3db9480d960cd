/** What 'left' means in a dataset: a column that says so, or a rule where none does. */
import { z } from 'zod';
import { describeProxy, ProxyRule } from './proxy-label.ts';

export const LabelDefinition = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('column'), column: z.string().min(1), positive: z.string().min(1) }),
  z.object({ kind: z.literal('proxy'), rule: ProxyRule }),
]);
export type LabelDefinition = z.infer<typeof LabelDefinition>;

/** What was stored, or null where nothing is. */
export function readLabel(stored: unknown): LabelDefinition | null {
  const result = LabelDefinition.safeParse(stored);
  return result.success ? result.data : null;
}

/** Columns that say who left, so that nothing is learned from them. */
export function columnsOf(label: LabelDefinition): string[] {
  if (label.kind === 'column') return [label.column];
  return [...new Set(label.rule.conditions.map(({ column }) => column))];
}

export function describeLabel(label: LabelDefinition): string {
  return label.kind === 'column' ? `${label.column} is ${label.positive}` : describeProxy(label.rule);
}
