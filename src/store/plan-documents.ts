/** The JSON columns of a plan. */
import { z } from 'zod';
import type { Stored } from './json.ts';

/** What a person asks a plan for. */
export const PlanTerms = z.object({
  /** In money. */
  budget: z.number(),
  /** Months that a saved customer goes on paying. */
  valueMonths: z.number(),
  /** Share of the revenue that is left after what serving a customer costs. */
  valueMargin: z.number().default(1),
  /** Rules that use a channel share its places. */
  channels: z.array(
    z.object({
      name: z.string(),
      /** Customers; null: no limit. */
      capacity: z.number().nullable(),
      ruleIds: z.array(z.int()),
    }),
  ),
});
export type PlanTerms = Stored<z.infer<typeof PlanTerms>>;

/** An action of a plan with its terms as they were, and what it got. */
const ResultAction = z.object({
  ruleId: z.int(),
  action: z.string(),
  /** Place in the channels of the terms. */
  channel: z.int(),
  /** For one customer. */
  cost: z.number(),
  saveRate: z.object({
    /** The plan counts on this bound, below which the rate is in 2.5 of 100 cases. */
    low: z.number(),
    mean: z.number(),
    /** Finished campaigns that it was learned from, and their customers with a known outcome. */
    campaigns: z.int(),
    customers: z.int(),
  }),
  customers: z.int(),
  spent: z.number(),
  /** After cost, by the lower bound of the save rate. */
  saving: z.number(),
});

export const PlanResult = z.object({
  /** Customers to choose from. */
  considered: z.int(),
  leftOut: z.object({
    withoutId: z.int(),
    /** Customers of a campaign that runs. */
    inOthers: z.int(),
    /** In the hold-out of the year. */
    heldOut: z.int().default(0),
    /** In a group whom contact made leave. */
    harmed: z.int(),
    /** Their monthly revenue is not known. */
    withoutValue: z.int(),
    /** No rule is for them. */
    withoutAction: z.int(),
  }),
  planned: z.int(),
  spent: z.number(),
  saving: z.number(),
  /** By the expected save rates in place of their lower bounds. */
  expectedSaving: z.number(),
  /** No plan saves more. */
  bound: z.number(),
  /** Further saving for each further unit of budget. */
  marginalValue: z.number(),
  actions: z.array(ResultAction),
  channels: z.array(z.object({ used: z.number(), marginalValue: z.number() })),
  curve: z.array(z.object({ budget: z.number(), saving: z.number(), marginalValue: z.number() })),
});
export type PlanResult = Stored<z.infer<typeof PlanResult>>;
export type PlannedAction = PlanResult['actions'][number];
