/** The JSON columns of a past test: which columns say what, and what was found. */
import { z } from 'zod';
import type { Stored } from './json.ts';

const Figure = z.object({ value: z.number(), low: z.number(), high: z.number() });
const count = z.int().min(0);

export const PastTestChoice = z.object({
  /** Says which arm each customer was in, and which arm got nothing. */
  armColumn: z.string(),
  controlArm: z.string(),
  outcomeColumn: z.string(),
  outcomeLevel: z.string(),
  /** Whether the outcome is that the customer left, or what the action was for, such as a visit. */
  outcomeIs: z.enum(['left', 'won']),
  /** Share of the control arm as planned, in (0, 1); null: all arms alike. The others share the rest. */
  controlShare: z.number().nullable(),
  /** Columns known before the test began. */
  inputs: z.array(z.string()),
});
export type PastTestChoice = Stored<z.infer<typeof PastTestChoice>>;

const ArmFinding = z.object({
  name: z.string(),
  customers: count,
  /** Customers with the outcome. */
  events: count,
  /** The arm's rate minus that of the control arm; null for the control arm, and with too few customers. */
  difference: Figure.nullable(),
});
export type ArmFinding = Stored<z.infer<typeof ArmFinding>>;

const ColumnBalance = z.object({
  column: z.string(),
  /** In standard deviations, and its probability by chance; see ml/experiments/balance.ts. */
  difference: z.number(),
  probability: z.number(),
  isBalanced: z.boolean(),
});

const RankingFinding = z.object({ learner: z.string(), qini: Figure, autoc: Figure });

const PolicyFinding = z.object({
  policy: z.enum(['nobody', 'everybody', 'uplift', 'risk']),
  /** Of customers who are contacted, in [0, 1]. */
  share: z.number(),
  effectiveSample: z.number(),
  /** Wanted outcomes a customer, and how many more than without contact; null: too few customers to tell. */
  value: Figure.nullable(),
  gain: Figure.nullable(),
});
export type PolicyFinding = Stored<z.infer<typeof PolicyFinding>>;

const UpliftFinding = z.object({
  arm: z.string(),
  /** Why nothing was learned; null: it was. */
  problem: z.enum(['few-customers', 'no-inputs']).nullable(),
  /** Whether the doubly robust learner ranks customers better than chance. */
  isOfUse: z.boolean(),
  rankings: z.array(RankingFinding),
  /** Wanted outcomes gained a contact, by tenths of that learner's ranking. */
  tenths: z.array(Figure),
  policies: z.array(PolicyFinding),
});
export type UpliftFinding = Stored<z.infer<typeof UpliftFinding>>;

export const PastTestFindings = z.object({
  /** Rows without an arm or an outcome, or that cannot be read. */
  skippedRows: count,
  /** Rows of a customer who has another row. */
  repeatedRows: count,
  /** The control arm first. */
  arms: z.array(ArmFinding),
  /** Probability of arms as unlike the planned sizes by chance. */
  ratioProbability: z.number(),
  isMismatched: z.boolean(),
  balance: z.array(ColumnBalance),
  /** One for each arm but the control. */
  uplift: z.array(UpliftFinding),
});
export type PastTestFindings = Stored<z.infer<typeof PastTestFindings>>;
