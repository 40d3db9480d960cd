import { describe, expect, it } from 'vitest';
import { treeCounts } from '../../../src/ml/tree/boosting-stages.ts';

describe('the number of trees', () => {
  it('of further folds is half as many again as the first ones needed, and fifty, and half of those asked for at least', () => {
    const params = { trees: 400, maxLeaves: 8 };
    expect(treeCounts.shorten(params, { trees: 100 })).toEqual({ trees: 200, maxLeaves: 8 });
    expect(treeCounts.shorten(params, { trees: 300 })).toEqual(params);
    expect(treeCounts.shorten({}, { trees: 20 })).toEqual({ trees: 80 });
    expect(treeCounts.shorten(params, { trees: 20 })).toEqual({ trees: 200, maxLeaves: 8 });
  });

  it('grows with smaller steps where nearly all trees were needed', () => {
    const params = { trees: 400, learningRate: 0.05, maxLeaves: 8 };
    expect(treeCounts.slowDown(params, { trees: 390 })).toEqual({
      trees: 1000,
      learningRate: 0.02,
      maxLeaves: 8,
    });
    expect(treeCounts.slowDown(params, { trees: 290 })).toBeNull();
    expect(treeCounts.slowDown({}, { trees: 150 })).toMatchObject({ trees: 375 });
  });
});
