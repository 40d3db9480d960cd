/** Solving with a symmetric matrix by its Cholesky factorisation A = LLᵀ (Golub and Van Loan, Matrix Computations, 4.2). */

/**
 * Solves A x = b for a symmetric A given by its lower triangle, which is overwritten. A diagonal entry that
 * rounding has made zero or negative (an unpenalised column that is constant) leaves its unknown at zero.
 */
export function solveCholesky(lower: Float64Array, b: Float64Array): Float64Array {
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
