/** The conditions of a retention rule as they are stored, also with a batch: one field a kind of condition. */
import { z } from 'zod';
import { actionResults } from './action-results.ts';
import type { Stored } from './json.ts';
import { operators } from './rule-operators.ts';
import { SegmentPart } from './segment-documents.ts';

const AttributeCondition = z.object({
  /** Compared without case, spaces and underscores. */
  column: z.string(),
  operator: z.enum(operators),
  value: z.string(),
});
export type AttributeCondition = Stored<z.infer<typeof AttributeCondition>>;

/** With what makes a customer a member, so that a batch that keeps the rule keeps that too. */
const SegmentCondition = z.object({ id: z.int(), name: z.string(), parts: z.array(SegmentPart) });
export type SegmentCondition = Stored<z.infer<typeof SegmentCondition>>;

/** In money a month; null: any. */
const amount = z.number().nullable().default(null);

/**
 * A customer has to meet all of them; an empty list or null matches any customer. What each kind means, and its fields
 * in the form, stand in `domain/retention/conditions/kinds.ts`.
 */
export const Conditions = z.object({
  riskLevels: z.array(z.enum(['low', 'medium', 'high'])).default([]),
  minMonthlyValue: amount,
  /** Below it. */
  maxMonthlyValue: amount,
  /** An input that raises this customer's churn probability. */
  reason: z.string().nullable().default(null),
  segment: SegmentCondition.nullable().default(null),
  attributes: z.array(AttributeCondition).default([]),
  /** Customers who meet one of them never get the action. */
  exceptions: z.array(AttributeCondition).default([]),
  /** Days in which a customer who had any action, or the rule's own, is left alone; null: none. */
  cooldown: z
    .object({ days: z.int(), of: z.enum(['any', 'own']) })
    .nullable()
    .default(null),
  /** What the customer must have had within the last days; action null: any, result null: any, or none yet. */
  earlierAction: z
    .object({ action: z.string().nullable(), result: z.enum(actionResults).nullable(), days: z.int() })
    .nullable()
    .default(null),
});
export type Conditions = Stored<z.infer<typeof Conditions>>;
