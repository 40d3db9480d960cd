import { describe, expect, it } from 'vitest';
import { differenceOfArms } from '../../../src/ml/experiments/arm-difference.ts';
import { outcomesByStratum } from '../../../src/ml/experiments/arm-outcomes.ts';
import { readCampaign, savedCustomers } from '../../../src/ml/experiments/campaign-readout.ts';
import { anytimeFactor } from '../../../src/ml/experiments/confidence-sequence.ts';
import { members } from './reference.ts';

const strata = outcomesByStratum(members);

describe('the readout of a campaign', () => {
  it('at the horizon is a fixed interval of 95.5 %', () => {
    expect(readCampaign(strata, null)).toEqual(differenceOfArms(strata, 0.955));
  });

  it('before the horizon is the confidence sequence', () => {
    const { value, standardError, low, high, method } = readCampaign(strata, 0.4)!;
    expect(method).toBe('sequence');
    expect((high - low) / 2 / standardError).toBeCloseTo(anytimeFactor(0.4, 0.995), 12);
    expect((high + low) / 2).toBeCloseTo(value, 12);
  });

  it('waits for twenty customers of each outcome in an arm, but not beyond the horizon', () => {
    const rare = {
      control: { count: 100, mean: 0.05, squares: 4.75 },
      treated: { count: 900, mean: 0.04, squares: 34.56 },
    };
    expect(readCampaign([rare], 0.4)).toBeNull();
    expect(readCampaign([rare], null)!.method).toBe('newcombe');
    expect(readCampaign([], null)).toBeNull();
  });

  it('says how many of the treated customers were kept', () => {
    const readout = { ...readCampaign(strata, null)!, value: -0.05, low: -0.08, high: 0.01, treated: 400 };
    expect(savedCustomers(readout)).toEqual({ value: 20, low: -4, high: 32 });
  });
});
