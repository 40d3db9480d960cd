/** What the company can change for a customer, with what that costs: kept with the settings. */
import { z } from 'zod';
import type { Stored } from './json.ts';

/** To one level of a category, or a number lower or higher. */
export const leverChanges = ['level', 'lower', 'higher'] as const;
export type LeverChange = (typeof leverChanges)[number];

/** What a cost is for: the change, each month of it, each unit of a number, or each unit and month. */
export const costBases = ['once', 'month', 'unit', 'unit-month'] as const;
export type CostBasis = (typeof costBases)[number];

export const Lever = z.object({
  id: z.int(),
  /** Compared without case, spaces and underscores. */
  column: z.string(),
  change: z.enum(leverChanges),
  /** Null: the column is a number. */
  level: z.string().nullable(),
  /** In money, at least 0. */
  cost: z.number().min(0),
  per: z.enum(costBases),
  /** The retention rule that offers it; null: none. */
  ruleId: z.int().nullable(),
});
export type Lever = Stored<z.infer<typeof Lever>>;
