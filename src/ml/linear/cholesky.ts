/**
 * Solving with a symmetric matrix by its Cholesky factorisation A = LLᵀ (Golub and Van Loan, Matrix Computations, 4.2).
 * Of a large matrix, such as that of a category with a thousand levels, whose rows hardly meet, those with the fewest
 * entries are taken first, and what lies before the first entry of a row is skipped, as it stays zero (George and Liu 1981).
 */

const LARGE = 200;

/**
 * Solves A x = b for a symmetric A given by its lower triangle, which is overwritten. A diagonal entry that
 * rounding has made zero or negative (an unpenalised column that is constant) leaves its unknown at zero.
 */
export function solveCholesky(lower: Float64Array, b: Float64Array): Float64Array {
  return b.length > LARGE ? solveOrdered(lower, b) : solveDense(lower, b);
}

function solveOrdered(lower: Float64Array, b: Float64Array): Float64Array {
  const size = b.length;
  const at = (i: number, j: number): number => lower[i >= j ? i * size + j : j * size + i]!;
  const entries = new Int32Array(size);
  for (let i = 0; i < size; i++)
    for (let j = 0; j < i; j++)
      if (lower[i * size + j] !== 0) {
        entries[i]!++;
        entries[j]!++;
      }
  const order = Int32Array.from(entries.keys()).sort((i, j) => entries[i]! - entries[j]! || i - j);
  const factor = new Float64Array(size * size);
  const first = new Int32Array(size);
  for (let i = 0; i < size; i++) {
    const row = i * size;
    for (let j = 0; j <= i; j++) factor[row + j] = at(order[i]!, order[j]!);
    while (first[i]! < i && factor[row + first[i]!] === 0) first[i]!++;
    for (let j = first[i]!; j <= i; j++) {
      let sum = factor[row + j]!;
      for (let k = Math.max(first[i]!, first[j]!); k < j; k++)
        sum -= factor[row + k]! * factor[j * size + k]!;
      if (j === i) factor[row + i] = sum > 1e-12 ? Math.sqrt(sum) : 0;
      else factor[row + j] = factor[j * size + j] === 0 ? 0 : sum / factor[j * size + j]!;
    }
  }
  const solved = substitute(
    factor,
    Float64Array.from(order, (i) => b[i]!),
  );
  const x = new Float64Array(size);
  order.forEach((i, place) => (x[i] = solved[place]!));
  return x;
}

function solveDense(lower: Float64Array, b: Float64Array): Float64Array {
  const size = b.length;
  for (let j = 0; j < size; j++) {
    let diagonal = lower[j * size + j]!;
    for (let k = 0; k < j; k++) diagonal -= lower[j * size + k]! ** 2;
    const pivot = diagonal > 1e-12 ? Math.sqrt(diagonal) : 0;
    lower[j * size + j] = pivot;
    for (let i = j + 1; i < size; i++) {
      let sum = lower[i * size + j]!;
      for (let k = 0; k < j; k++) sum -= lower[i * size + k]! * lower[j * size + k]!;
      lower[i * size + j] = pivot === 0 ? 0 : sum / pivot;
    }
  }
  return substitute(lower, b);
}

/** Forwards with L, then backwards with Lᵀ. */
function substitute(lower: Float64Array, b: Float64Array): Float64Array {
  const size = b.length;
  const x = b.slice();
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < i; k++) x[i]! -= lower[i * size + k]! * x[k]!;
    x[i] = lower[i * size + i] === 0 ? 0 : x[i]! / lower[i * size + i]!;
  }
  for (let i = size - 1; i >= 0; i--) {
    for (let k = i + 1; k < size; k++) x[i]! -= lower[k * size + i]! * x[k]!;
    x[i] = lower[i * size + i] === 0 ? 0 : x[i]! / lower[i * size + i]!;
  }
  return x;
}
