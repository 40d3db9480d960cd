/**
 * Silhouette (Rousseeuw 1987): how much nearer a row is to its own group than to the next one, from −1 to 1, on average.
 *
 * Method: s = (b − a) / max(a, b), a the mean distance to the others of its group, b the smallest mean distance to
 * another group; 0 for a row alone in its group. Takes count² distances: for a sample.
 */

/** `rows` is row-major, `width` columns each; `assignment`: 0 … k − 1. NaN with fewer than two groups that have rows. */
export function silhouette(rows: Float64Array, width: number, assignment: Int32Array, k: number): number {
  const count = assignment.length;
  const sizes = new Int32Array(k);
  for (const group of assignment) sizes[group]!++;
  if (sizes.filter((size) => size > 0).length < 2) return NaN;
  const sums = new Float64Array(count * k);
  for (let i = 0; i < count; i++)
    for (let j = i + 1; j < count; j++) {
      const distance = Math.sqrt(squaredDistance(rows, i * width, j * width, width));
      sums[i * k + assignment[j]!]! += distance;
      sums[j * k + assignment[i]!]! += distance;
    }
  let total = 0;
  for (let i = 0; i < count; i++)
    total += silhouetteOf(sums.subarray(i * k, (i + 1) * k), assignment[i]!, sizes);
  return total / count;
}

/** `sums`: of the distances to the rows of each group. */
function silhouetteOf(sums: Float64Array, own: number, sizes: Int32Array): number {
  if (sizes[own] === 1) return 0;
  const within = sums[own]! / (sizes[own]! - 1);
  let next = Infinity;
  sums.forEach((sum, group) => {
    if (group !== own && sizes[group]! > 0) next = Math.min(next, sum / sizes[group]!);
  });
  const larger = Math.max(within, next);
  return larger === 0 ? 0 : (next - within) / larger;
}

function squaredDistance(rows: Float64Array, a: number, b: number, width: number): number {
  let sum = 0;
  for (let j = 0; j < width; j++) sum += (rows[a + j]! - rows[b + j]!) ** 2;
  return sum;
}
