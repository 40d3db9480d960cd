import { describe, expect, it } from 'vitest';
import { findRise } from '../../../src/domain/alerts/checks.ts';

describe('a rise of a figure after each file, the newest first', () => {
  it('is more than a share above the lower of the two before', () => {
    expect(findRise([112, 100], 0.1)).toMatchObject({ now: 112, before: 100, severity: 'warning' });
    expect(findRise([110, 100], 0.1)).toBeNull();
  });

  it('is found by the next check too where it lasts, and not by the one after that', () => {
    expect(findRise([113, 112, 100], 0.1)).not.toBeNull();
    expect(findRise([113, 113, 112], 0.1)).toBeNull();
  });

  it('is forgotten where it does not last', () => {
    expect(findRise([101, 112, 100], 0.1)).toBeNull();
  });

  it('is severe from twice the share in one step', () => {
    expect(findRise([121, 100], 0.1)?.severity).toBe('severe');
    expect(findRise([121, 112, 100], 0.1)?.severity).toBe('warning');
  });

  it('needs figures to compare, and can be turned off', () => {
    for (const figures of [[], [100], [100, null], [null, 100], [100, 0]])
      expect(findRise(figures, 0.1)).toBeNull();
    expect(findRise([200, 100], null)).toBeNull();
  });
});
