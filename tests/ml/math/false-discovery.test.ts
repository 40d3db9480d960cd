import { describe, expect, it } from 'vitest';
import { findDiscoveries } from '../../../src/ml/math/false-discovery.ts';
import { oracle } from '../monitoring/oracle.ts';

describe('false discovery rate', () => {
  it('names the tests whose adjusted probabilities are small enough', () => {
    const { probabilities, named } = oracle.discovery;
    expect(findDiscoveries(probabilities, 0.05)).toEqual(named);
    expect(named).toContain(true);
    expect(named).toContain(false);
  });

  it('names nothing where there is nothing', () => {
    expect(findDiscoveries([0.2, 0.9, 0.4], 0.05)).toEqual([false, false, false]);
    expect(findDiscoveries([], 0.05)).toEqual([]);
  });
});
