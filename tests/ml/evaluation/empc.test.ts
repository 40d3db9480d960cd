/** Against numerical integration over all thresholds and save rates (tests/oracles/evaluation_reference.py). */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { empc, empcDefaults } from '../../../src/ml/evaluation/empc.ts';
import { scores, target, tied } from '../../helpers/oracle-sample.ts';

interface Reference {
  readonly empc: Readonly<
    Record<'plain' | 'tied' | 'dear', { readonly empc: number; readonly share: number }>
  >;
}

const stored = resolve(import.meta.dirname, '../../oracles/evaluation-reference.json');
const reference = JSON.parse(readFileSync(stored, 'utf8')) as Reference;
const dear = { alpha: 3, beta: 9, value: 120, offerCost: 25, contactCost: 4 };

describe('the expected maximum profit', () => {
  it.each([
    ['plain', scores, empcDefaults],
    ['tied', tied, empcDefaults],
    ['dear', scores, dear],
  ] as const)('is that of numerical integration: %s', (name, given, assumptions) => {
    const { empc: profit, share } = empc(given, target, assumptions);
    expect(profit).toBeCloseTo(reference.empc[name].empc, 7);
    // The share jumps between corners of the hull, which numerical integration sees only roughly.
    expect(share).toBeCloseTo(reference.empc[name].share, 4);
  });

  it('of a perfect model contacts every customer who leaves at every save rate that pays', () => {
    const { empc: profit, share } = empc(Float64Array.of(0.9, 0.2, 0.1, 0.1), Uint8Array.of(1, 0, 0, 0));
    // A quarter leaves; 30 % of 190 less 1 each. Save rates below 1/190 have next to no weight.
    expect(profit).toBeCloseTo((0.3 * 190 - 1) / 4, 6);
    expect(share).toBeCloseTo(0.25, 6);
  });

  it('is nothing where contacts cost more than a customer is worth', () => {
    expect(empc(scores, target, { ...empcDefaults, contactCost: 500 })).toEqual({
      empc: 0,
      share: 0,
    });
  });

  it('is never below contacting no or every customer at the mean save rate, nor above perfect knowledge', () => {
    const rows = fc
      .array(fc.record({ score: fc.integer({ min: 0, max: 8 }), left: fc.boolean() }), { minLength: 2 })
      .filter((all) => all.some((row) => row.left) && all.some((row) => !row.left));
    fc.assert(
      fc.property(rows, (all) => {
        const labels = Uint8Array.from(all, (row) => (row.left ? 1 : 0));
        const given = Float64Array.from(all, (row) => row.score / 8);
        const { empc: profit, share } = empc(given, labels);
        const rate = labels.reduce((sum, label) => sum + label, 0) / labels.length;
        expect(profit).toBeGreaterThanOrEqual(Math.max(0, 0.3 * 190 * rate - 10 * (1 - rate) - 1) - 1e-9);
        expect(profit).toBeLessThanOrEqual(empc(Float64Array.from(labels), labels).empc + 1e-9);
        expect(share).toBeGreaterThanOrEqual(0);
        expect(share).toBeLessThanOrEqual(1 + 1e-12);
      }),
    );
  });

  it('needs both classes and valid assumptions', () => {
    expect(() => empc(scores, new Uint8Array(scores.length))).toThrow(RangeError);
    for (const change of [{ alpha: 0 }, { beta: NaN }, { value: 5 }, { contactCost: -1 }, { offerCost: NaN }])
      expect(() => empc(scores, target, { ...empcDefaults, ...change })).toThrow(RangeError);
  });
});
