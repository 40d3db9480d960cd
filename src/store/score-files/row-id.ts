/** Numbers of scores, as in addresses and lists: below 2^32 a row of `predictions`, otherwise a row of a score file. */

const rowsOfBatch = 2 ** 32;

/** The number of a row of a score file; `row` counts its scored rows from 0. */
export function rowId(batchId: number, row: number): number {
  return batchId * rowsOfBatch + row;
}

/** The batch and the row in its score file; null for a row of `predictions`. */
export function placeOfId(id: number): { readonly batchId: number; readonly row: number } | null {
  const batchId = Math.floor(id / rowsOfBatch);
  return batchId === 0 ? null : { batchId, row: id - batchId * rowsOfBatch };
}
