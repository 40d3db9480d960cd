import { describe, expect, it } from 'vitest';
import { solveCholesky } from '../../../src/ml/linear/cholesky.ts';
import { createRandom } from '../../../src/ml/math/random.ts';

/** A symmetric positive definite matrix whose rows from 10 to `size` − 10 meet only the others, and its lower triangle. */
function arrow(size: number): { full: (i: number, j: number) => number; lower: Float64Array } {
  const random = createRandom(1);
  const lower = new Float64Array(size * size);
  const isLevel = (i: number): boolean => i >= 10 && i < size - 10;
  for (let i = 0; i < size; i++)
    for (let j = 0; j <= i; j++)
      if (i === j) lower[i * size + j] = isLevel(i) ? 25 : 2 * size;
      else if (!(isLevel(i) && isLevel(j))) lower[i * size + j] = random.next() - 0.5;
  return { full: (i, j) => lower[i >= j ? i * size + j : j * size + i]!, lower };
}

describe('solving by Cholesky', () => {
  it.each([30, 350])('gives back the unknowns of %d equations', (size) => {
    const { full, lower } = arrow(size);
    const x = Float64Array.from({ length: size }, (_, i) => Math.sin(i));
    const b = x.map((_, i) => x.reduce((sum, value, j) => sum + full(i, j) * value, 0));
    const solved = solveCholesky(lower.slice(), b);
    solved.forEach((value, i) => {
      expect(Math.abs(value - x[i]!)).toBeLessThan(1e-10);
    });
  });

  it('leaves an unknown without a column at zero', () => {
    const { lower } = arrow(300);
    for (let k = 0; k < 300; k++) lower[150 * 300 + k] = lower[k * 300 + 150] = 0;
    expect(solveCholesky(lower, new Float64Array(300).fill(1))[150]).toBe(0);
  });
});
