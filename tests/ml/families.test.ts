import { describe, expect, it } from 'vitest';
import { candidates } from '../../src/ml/auto/trials.ts';
import { allFamilies, estimators } from '../../src/ml/estimators.ts';
import { families, familyNames, quickFamilies } from '../../src/ml/families.ts';
import { sampleData } from './tree/sample-tables.ts';

const { table } = sampleData(100, 4, 1);

describe('the record of families', () => {
  it.each(allFamilies)('names %s as its key and on pages', (family) => {
    const { name, title, secondsPerCell } = estimators[family];
    expect(name).toBe(family);
    expect(title).toMatch(/^[A-Z]/);
    expect(secondsPerCell).toBeGreaterThan(0);
  });

  it.each(familyNames)('has settings of %s to try, with names of its parameters', (family) => {
    const { trials, defaults, fitSeconds } = families[family];
    expect(trials.length).toBeGreaterThan(0);
    for (const { params } of trials)
      for (const name of Object.keys(params)) expect(Object.keys(defaults)).toContain(name);
    expect(fitSeconds(table)).toBeGreaterThan(0);
  });

  it('gives every setting a place of its own in the order of trials', () => {
    const orders = familyNames.flatMap((family) => families[family].trials.map(({ order }) => order));
    expect(new Set(orders).size).toBe(orders.length);
    // A quick and strong setting of each of the exact families first, so that a stopped search has something to blend.
    expect(candidates.slice(0, 3).map(({ family }) => family)).toEqual(['logistic', 'boosting', 'forest']);
  });

  it('compares some families in quick training', () => {
    expect(quickFamilies).toEqual(['logistic', 'forest', 'boosting']);
  });
});
