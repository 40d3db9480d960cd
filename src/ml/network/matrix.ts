/**
 * The matrix product that the network's layers run on, in plain loops over row-major Float64Arrays.
 *
 * Method: register blocking, two rows by four columns at a time, the sum over the inner index kept in local
 * variables. Strides say how a factor lies, so that the same loop serves X·W, Xᵀ·D and D·Wᵀ.
 * Every sum runs over the inner index in ascending order whatever block it falls into: a row of the result
 * has the same bits in any batch.
 * Reference: Goto and van de Geijn (2008), Anatomy of High-Performance Matrix Multiplication.
 */

/** One factor: element (i, j) lies at `values[i × rowStride + j × columnStride]`. */
export interface Factor {
  readonly values: Float64Array;
  readonly rowStride: number;
  readonly columnStride: number;
}

/** A row-major matrix with `columns` columns as a factor. */
export function plain(values: Float64Array, columns: number): Factor {
  return { values, rowStride: columns, columnStride: 1 };
}

/** The transpose of a row-major matrix with `columns` columns as a factor. */
export function transposed(values: Float64Array, columns: number): Factor {
  return { values, rowStride: 1, columnStride: columns };
}

/** `out = left · right`: out is row-major `rows × columns`, the sum runs over `inner`. Overwrites `out`. */
export function multiply(
  out: Float64Array,
  left: Factor,
  right: Factor,
  rows: number,
  inner: number,
  columns: number,
): void {
  const a = left.values;
  const b = right.values;
  const aRow = left.rowStride;
  const aInner = left.columnStride;
  const bInner = right.rowStride;
  const bColumn = right.columnStride;
  const evenRows = rows - (rows % 2);
  const blockColumns = columns - (columns % 4);
  for (let i = 0; i < evenRows; i += 2) {
    for (let j = 0; j < blockColumns; j += 4) {
      let s00 = 0;
      let s01 = 0;
      let s02 = 0;
      let s03 = 0;
      let s10 = 0;
      let s11 = 0;
      let s12 = 0;
      let s13 = 0;
      let atA = i * aRow;
      let atB = j * bColumn;
      for (let p = 0; p < inner; p++, atA += aInner, atB += bInner) {
        const a0 = a[atA]!;
        const a1 = a[atA + aRow]!;
        const b0 = b[atB]!;
        const b1 = b[atB + bColumn]!;
        const b2 = b[atB + 2 * bColumn]!;
        const b3 = b[atB + 3 * bColumn]!;
        s00 += a0 * b0;
        s01 += a0 * b1;
        s02 += a0 * b2;
        s03 += a0 * b3;
        s10 += a1 * b0;
        s11 += a1 * b1;
        s12 += a1 * b2;
        s13 += a1 * b3;
      }
      const at = i * columns + j;
      out[at] = s00;
      out[at + 1] = s01;
      out[at + 2] = s02;
      out[at + 3] = s03;
      out[at + columns] = s10;
      out[at + columns + 1] = s11;
      out[at + columns + 2] = s12;
      out[at + columns + 3] = s13;
    }
  }
  multiplyPart(out, left, right, inner, columns, 0, evenRows, blockColumns);
  multiplyPart(out, left, right, inner, columns, evenRows, rows, 0);
}

/** Rows `firstRow` to `endRow` and columns from `firstColumn` on, one element at a time. */
function multiplyPart(
  out: Float64Array,
  left: Factor,
  right: Factor,
  inner: number,
  columns: number,
  firstRow: number,
  endRow: number,
  firstColumn: number,
): void {
  for (let i = firstRow; i < endRow; i++) {
    for (let j = firstColumn; j < columns; j++) {
      let sum = 0;
      let atA = i * left.rowStride;
      let atB = j * right.columnStride;
      for (let p = 0; p < inner; p++, atA += left.columnStride, atB += right.rowStride)
        sum += left.values[atA]! * right.values[atB]!;
      out[i * columns + j] = sum;
    }
  }
}
