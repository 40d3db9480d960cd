/** Reads a block of bytes into columns. */
import { afterLineEnd, findRecordEnd } from '../../csv/records.ts';
import type { BlockPlan } from './block-plan.ts';
import { createBlockRows, finishBlock } from './block-rows.ts';
import { readRowCarefully } from './careful-row.ts';
import type { RawBlock, TypedBlock } from './typed-block.ts';

/** The rows of a block; the header is none of them (`readBlocks` begins behind it). */
export function readBlock(plan: BlockPlan, raw: RawBlock): TypedBlock {
  const rows = createBlockRows(plan, raw.recordCount);
  const separator = plan.delimiter.charCodeAt(0);
  const { bytes } = raw;
  let rowNumber = raw.records;
  for (let start = 0; start < bytes.length;) {
    const end = findRecordEnd(bytes, start, separator, true);
    rowNumber++;
    readRowCarefully(rows, bytes, { rowNumber, start, end });
    start = afterLineEnd(bytes, end);
  }
  return finishBlock(rows, raw);
}
