import { describe, expect, it } from 'vitest';
// @ts-expect-error: plain JavaScript of the browser
import { axisWords } from '../../public/js/axis-words.js';

const words = axisWords as (ticks: readonly number[], unit: string) => string[];

describe('the words of an axis', () => {
  it.each([
    [[0, 0.05, 0.1], 'share', ['0 %', '5 %', '10 %']],
    [[0, 0.002, 0.004], 'share', ['0 %', '0.2 %', '0.4 %']],
    [[0, 0.02], 'points', ['0', '2']],
    [[0, 20_000, 34_516], 'count', ['0', '20,000', '34,516']],
    [[-0.05, -0, 0.05], 'share', ['−5 %', '0 %', '5 %']],
    [[0, 0.1, 0.2, 0.30000000000000004], 'share', ['0 %', '10 %', '20 %', '30 %']],
  ])('%j in %s are %j', (ticks, unit, expected) => {
    expect(words(ticks, unit)).toEqual(expected);
  });
});
