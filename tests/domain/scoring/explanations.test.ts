import { describe, expect, it } from 'vitest';
import { noteWords, problemWords, reasonWords } from '../../../src/domain/scoring/explanations.ts';

describe('a note on a score', () => {
  it.each([
    [{ kind: 'missing', found: '' }, 'Tenure is missing; scored as an unknown value'],
    [{ kind: 'missing', found: '', used: '29' }, 'Tenure is missing; the typical value 29 was used'],
    [{ kind: 'unseen', found: 'Weekly' }, "Tenure 'Weekly' is not recognised; it has no effect on the score"],
    [
      { kind: 'unseen', found: 'Weekly', used: '' },
      "Tenure 'Weekly' is not recognised; scored as an unknown value",
    ],
    [{ kind: 'out-of-range', found: '900' }, 'Tenure 900 is outside the training range'],
    [
      { kind: 'out-of-range', found: '900', beyond: 'above the training range (72)', used: '72' },
      'Tenure 900 is above the training range (72); 72 was used',
    ],
    [
      { kind: 'out-of-range', found: '-1', beyond: 'below the allowed range (0)' },
      'Tenure -1 is below the allowed range (0)',
    ],
  ] as const)('%j reads %j', (note, words) => {
    expect(noteWords({ column: 'Tenure', ...note })).toBe(words);
  });
});

describe('a reason', () => {
  it.each([
    [34_516.5, 'Spent is 34516,5: raises risk by 12 points'],
    ['2026-01-05', 'Spent is 2026-01-05: raises risk by 12 points'],
    [null, 'Spent is not known: raises risk by 12 points'],
  ])('of %j is written for a file with decimal commas', (value, words) => {
    expect(reasonWords({ feature: 'Spent', value, points: 0.12 }, ',')).toBe(words);
  });
});

describe('a problem', () => {
  it('shortens what was found', () => {
    const words = problemWords({ column: 'Tenure', found: 'x'.repeat(500), expected: 'a number' });
    expect(words).toMatch(/^Tenure: found 'x{57}…', expected a number$/);
  });
});
