/**
 * Readouts of campaigns with a known true effect. Few campaigns, always the same; the figures of 2,000 are in
 * docs/benchmarks.md (bench/retention/readouts.ts).
 */
import { describe, expect, it } from 'vitest';
import { figuresOf, runCampaign } from '../../../bench/retention/simulation.ts';
import type { Plan } from '../../../bench/retention/simulation.ts';

const plan: Plan = {
  members: 1_200,
  controlShare: 0.1,
  churn: 0.3,
  saveRate: 0,
  weeks: 6,
  arrival: 'accrual',
};
const simulate = (change: Partial<Plan>) =>
  figuresOf(Array.from({ length: 400 }, (_, run) => runCampaign({ ...plan, ...change }, 9_000 + run)));

describe.each(['accrual', 'followed'] as const)('400 campaigns with weekly looks (%s)', (arrival) => {
  const idle = simulate({ arrival });
  const helpful = simulate({ arrival, saveRate: 0.4 });

  it('have the true effect in about 95 of 100 intervals at the horizon', () => {
    // Two and a half standard errors of a share of 0.955 of 400.
    for (const { coverage, adjustedCoverage } of [idle, helpful])
      for (const share of [coverage, adjustedCoverage]) expect(Math.abs(share - 0.955)).toBeLessThan(0.026);
  });

  it('without an effect hardly ever have one in all, where weekly fixed intervals do in more than 10 of 100', () => {
    expect(idle.beforeHorizon).toBeLessThan(0.01);
    expect(idle.inAll).toBeLessThan(0.071);
    expect(idle.fixedLooks).toBeGreaterThan(0.1);
  });

  it('find an action that saves 40 % in most cases, some of them before the horizon', () => {
    expect(helpful.atHorizon).toBeGreaterThan(0.7);
    expect(helpful.beforeHorizon).toBeGreaterThan(0.1);
  });
});

describe('400 campaigns with four expected controls who leave', () => {
  it('have the true effect in 95 of 100 intervals or more', () => {
    const rare = simulate({ members: 2_000, churn: 0.02, weeks: 1, saveRate: 0.3 });
    expect(rare.coverage).toBeGreaterThan(0.95);
  });
});
