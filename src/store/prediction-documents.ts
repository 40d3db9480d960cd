/** The JSON columns of a prediction, and where it comes from. */
import { z } from 'zod';
import type { CellValue } from '../ml/data/values.ts';
import type { Stored } from './json.ts';

export type PredictionSource = 'form' | 'what-if' | 'batch' | 'api';

const isCellValue = (value: unknown): value is CellValue =>
  value === null || typeof value === 'number' || typeof value === 'string';

/**
 * Feature → value as the model read it. One predicate, not a record of unions: figures by column read the inputs of
 * every prediction, and this takes a ninth of the time.
 */
export const Inputs = z.custom<Readonly<Record<string, CellValue>>>(
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every(isCellValue),
  'expected a number, text or null for each column',
);

export const Reasons = z.object({
  base: z.number(),
  strongest: z.array(
    z.object({ feature: z.string(), value: z.custom<CellValue>(isCellValue), points: z.number() }),
  ),
});
export type Reasons = Stored<z.infer<typeof Reasons>>;

export const Actions = z.array(
  z.object({
    ruleId: z.int(),
    action: z.string(),
    why: z.string().default(''),
    channel: z.string().default(''),
    message: z.string().default(''),
    cost: z.number(),
    expectedSaving: z.number().nullable().default(null),
    customerValue: z.number().nullable().default(null),
    breakEven: z.number().nullable().default(null),
  }),
);
export type Actions = Stored<z.infer<typeof Actions>>;

export const Notes = z.array(z.string());
