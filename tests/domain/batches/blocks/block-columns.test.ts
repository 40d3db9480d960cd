/** Blocks that a check kept as columns: the scoring finds what the check read, to the last bit. */
import { appendFileSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { encodeBlock, rowColumnsOf } from '../../../../src/domain/batches/blocks/block-columns.ts';
import { createBlockPlan } from '../../../../src/domain/batches/blocks/block-plan.ts';
import type { BlockSource } from '../../../../src/domain/batches/blocks/block-plan.ts';
import { createColumnsReader } from '../../../../src/domain/batches/blocks/columns-reader.ts';
import { readBlocks } from '../../../../src/domain/batches/blocks/cut.ts';
import { readBlock } from '../../../../src/domain/batches/blocks/scan.ts';
import type { RawBlock, TypedBlock } from '../../../../src/domain/batches/blocks/typed-block.ts';
import { SpareMemory } from '../../../../src/spare-memory.ts';
import { encodeChunk } from '../../../../src/store/score-files/chunks.ts';
import { encodeRows } from '../../../../src/store/score-files/encoding.ts';
import { anyFile } from '../../../helpers/block-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-columns-'));
const upload = join(folder, 'file.csv');
const kept = join(folder, 'file.csv.columns');
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Everything that a block says: notes in words as well, and the bytes that a score file will hold of it. */
function contentOf(typed: TypedBlock) {
  const { notes, encoded, ...block } = typed;
  const { meta, arrays } = encoded ?? encodeRows(rowColumnsOf(typed));
  const words = Array.from(block.rowNumbers, (_, row) => notes(row));
  return { ...block, words, stored: encodeChunk(meta, arrays).toString('latin1') };
}

interface Checked {
  readonly raw: RawBlock;
  readonly block: TypedBlock;
}

/** Reads a file as a check does, and keeps the columns of each block. */
function check(source: BlockSource, bytes: Buffer, size: number): Checked[] {
  writeFileSync(upload, bytes);
  writeFileSync(kept, '');
  const plan = createBlockPlan(source);
  return [...readBlocks(upload, source.format.delimiter, undefined, { size })].map((raw) => {
    const block = readBlock(plan, raw);
    const start = statSync(kept).size;
    appendFileSync(kept, encodeBlock(block, raw, plan, new SpareMemory()));
    return { raw: { ...raw, columns: { path: kept, start, end: statSync(kept).size } }, block };
  });
}

/** None: the file cannot be read at all. */
function checkAny(source: BlockSource, bytes: Buffer, size: number): Checked[] {
  try {
    return check(source, bytes, size);
  } catch {
    return [];
  }
}

describe('the columns of a block', () => {
  it('are read back as they were, with notes and rejected rows, whatever the file holds', () => {
    let blocks = 0;
    fc.assert(
      fc.property(anyFile, ({ from, bytes, size }) => {
        // As in another thread, which has read none of the cells before.
        const checked = checkAny(from, bytes, size);
        const read = createColumnsReader(createBlockPlan(from));
        for (const { raw, block } of checked) {
          const found = read(raw);
          expect(found).not.toBeNull();
          expect(contentOf(found!)).toEqual(contentOf(block));
          blocks++;
        }
      }),
      { numRuns: 300 },
    );
    expect(blocks).toBeGreaterThan(300);
  });

  const source: BlockSource = {
    schema: {
      features: [
        {
          name: 'tenure',
          type: 'number',
          levels: [],
          range: { min: 0, max: 72, median: 29, integer: true },
          missingShare: 0,
          policy: { missing: 'typical', unseen: 'use', outOfRange: 'clip' },
        },
        { name: 'contract', type: 'category', levels: ['Monthly', 'Yearly'], range: null, missingShare: 0 },
      ],
      label: { name: 'Churn', positive: 'Yes', negative: 'No' },
      identifier: null,
      value: null,
    },
    mapping: { features: [1, 2], identifier: 0, value: null },
    format: { delimiter: ',', decimal: '.' },
    columnCount: 3,
  };
  const lines = ['id,tenure,contract', 'a,5,Monthly', '"b",,Weekly', 'c,many,Yearly', 'd,100,monthly'];
  const bytes = Buffer.from(`${lines.join('\n')}\n`);

  it('hold inputs as read beside what a policy puts in their place', () => {
    const [{ raw }] = check(source, bytes, 1_000) as [Checked];
    const block = createColumnsReader(createBlockPlan(source))(raw)!;
    expect(block.inputs[0]).toEqual({ kind: 'number', values: Float64Array.of(5, NaN, 100) });
    expect(block.table.columns[0]).toMatchObject({ values: Float64Array.of(5, 29, 72) });
    expect(block.inputs[1]).toEqual({ kind: 'level', codes: Int32Array.of(0, 2, 0), others: ['Weekly'] });
    expect(block.rejects).toMatchObject([{ rowNumber: 4, cells: ['c', 'many', 'Yearly'] }]);
  });

  it('are not used for other bytes of the upload, nor when any byte of them was changed', () => {
    const [{ raw, block }] = check(source, bytes, 1_000) as [Checked];
    const read = createColumnsReader(createBlockPlan(source));
    expect(read({ ...raw, columns: null })).toBeNull();
    const other = Buffer.from(raw.bytes);
    other[2]! ^= 1;
    expect(read({ ...raw, bytes: other })).toBeNull();
    const whole = encodeBlock(block, raw, createBlockPlan(source), new SpareMemory());
    for (let at = 0; at < whole.length; at++) {
      const changed = Buffer.from(whole);
      changed[at]! ^= 0x10;
      writeFileSync(kept, changed);
      const found = read(raw);
      // The bytes that fill up to the next multiple of 8 are no values.
      if (found !== null) expect(contentOf(found)).toEqual(contentOf(block));
    }
    writeFileSync(kept, whole.subarray(0, -8));
    expect(read(raw)).toBeNull();
    rmSync(kept);
    expect(read(raw)).toBeNull();
  });
});
