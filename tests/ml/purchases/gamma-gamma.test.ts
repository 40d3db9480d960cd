import { describe, expect, it } from 'vitest';
import { expectedSpend, fitGammaGamma, gammaGammaLikelihood } from '../../../src/ml/purchases/gamma-gamma.ts';
import type { GammaGamma } from '../../../src/ml/purchases/gamma-gamma.ts';
import { lifetimeReference } from '../../helpers/lifetime-reference.ts';

const { purchases: reference } = lifetimeReference;
const spending = { repeats: Float64Array.from(reference.repeats), means: Float64Array.from(reference.mean) };
const toModel = ([p, q, v]: readonly number[]): GammaGamma => ({ p: p!, q: q!, v: v! });
const valuesOf = ({ p, q, v }: GammaGamma): number[] => [p, q, v];

describe('a Gamma-Gamma fit', () => {
  it("ends at SciPy's maximum, with its standard errors", () => {
    const fitted = fitGammaGamma(spending);
    expect(fitted.hasConverged).toBe(true);
    expect(fitted.logLikelihood).toBeCloseTo(reference.gammaGamma.logLikelihood, 6);
    valuesOf(fitted).forEach((value, i) => {
      expect(value / reference.gammaGamma.params[i]!).toBeCloseTo(1, 4);
    });
    valuesOf(fitted.standardErrors!).forEach((value, i) => {
      expect(value / reference.gammaGamma.standardErrors[i]!).toBeCloseTo(1, 3);
    });
  });

  it('leaves out customers without a repeat purchase, and says how spend goes with frequency', () => {
    const { customers, correlation } = fitGammaGamma(spending);
    expect(customers).toBe(reference.mean.filter((mean) => mean > 0).length);
    expect(correlation).toBeCloseTo(reference.gammaGamma.correlation, 12);
  });

  it('has the derivatives of its likelihood', () => {
    const used = { repeats: Float64Array.of(1, 2, 7), means: Float64Array.of(12, 40, 22.5) };
    const logs = [4, 3, 20].map(Math.log);
    const { gradient } = gammaGammaLikelihood(used, toModel(logs.map(Math.exp)));
    logs.forEach((_, i) => {
      const beside = (step: number): number =>
        gammaGammaLikelihood(used, toModel(logs.map((value, k) => Math.exp(k === i ? value + step : value))))
          .value;
      expect(gradient[i]).toBeCloseTo((beside(1e-5) - beside(-1e-5)) / 2e-5, 7);
    });
  });

  it('refuses spending that is never above 0', () => {
    const refunds = { repeats: Float64Array.of(2, 0), means: Float64Array.of(-5, 0) };
    expect(() => fitGammaGamma(refunds)).toThrow(/more than 0/);
  });
});

describe('the expected spend', () => {
  const model = { p: 6.25, q: 3.74, v: 15.44 };

  it('is that of all customers without a repeat purchase, and closer to the own mean with each', () => {
    const all = (model.p * model.v) / (model.q - 1);
    expect(expectedSpend(model, 0, 0)).toBeCloseTo(all, 12);
    const [once, often] = [expectedSpend(model, 1, 100), expectedSpend(model, 50, 100)];
    expect(all).toBeLessThan(once);
    expect(once).toBeLessThan(often);
    expect(often).toBeLessThan(100);
  });

  it('takes refunds for no information, and is not known where the tail has no mean', () => {
    expect(expectedSpend(model, 2, -10)).toBe(expectedSpend(model, 0, 0));
    expect(expectedSpend({ p: 1, q: 0.9, v: 5 }, 0, 0)).toBeNaN();
    expect(expectedSpend({ p: 1, q: 0.9, v: 5 }, 3, 10)).toBeGreaterThan(0);
  });
});
