/** The churn label of a dataset: a column and its level, or a rule. */
import { z } from 'zod';
import { columnsOfRule, describeProxy, ProxyRule } from './proxy-label.ts';

export const LabelDefinition = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('column'), column: z.string().min(1), positive: z.string().min(1) }),
  z.object({ kind: z.literal('proxy'), rule: ProxyRule }),
]);
export type LabelDefinition = z.infer<typeof LabelDefinition>;

/** The stored definition, or null where there is none. */
export function readLabel(stored: unknown): LabelDefinition | null {
  const result = LabelDefinition.safeParse(stored);
  return result.success ? result.data : null;
}

/** Columns that make the label, so they must not be inputs. */
export function columnsOf(label: LabelDefinition): string[] {
  return label.kind === 'column' ? [label.column] : columnsOfRule(label.rule);
}

export function describeLabel(label: LabelDefinition): string {
  return label.kind === 'column' ? `${label.column} is ${label.positive}` : describeProxy(label.rule);
}
