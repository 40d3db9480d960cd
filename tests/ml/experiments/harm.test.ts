/** Against statsmodels' Benjamini–Hochberg (tests/oracles/experiments_reference.py). */
import { describe, expect, it } from 'vitest';
import { findHarm } from '../../../src/ml/experiments/harm.ts';
import { reference } from './reference.ts';

describe('groups whom contact makes leave', () => {
  it.each(reference.harm)('are named as statsmodels does: $harmed', ({ groups, probabilities, harmed }) => {
    const findings = findHarm(groups);
    expect(findings.map(({ isHarmed }) => isHarmed)).toEqual(harmed);
    findings.forEach(({ probability }, i) => {
      expect(probability).toBeCloseTo(probabilities[i]!, 12);
    });
  });

  it('are not those whom it keeps, nor those of whom nothing is known', () => {
    const findings = findHarm([
      { value: -0.3, standardError: 0.01 },
      { value: 0.3, standardError: 0 },
    ]);
    expect(findings.map(({ isHarmed }) => isHarmed)).toEqual([false, false]);
    expect(findHarm([])).toEqual([]);
  });
});
