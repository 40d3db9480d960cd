import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { BlockResult } from '../../../../src/domain/batches/blocks/block-work.ts';
import { noCounts } from '../../../../src/domain/batches/blocks/counts.ts';
import { partsFolder } from '../../../../src/domain/batches/files.ts';
import {
  createPartsFolder,
  removePartsFolder,
  takePart,
  writePart,
} from '../../../../src/domain/batches/shared/parts.ts';

const result: BlockResult = {
  after: { offset: 100, records: 7 },
  rowCount: 5,
  rejectedCount: 1,
  rejected: Buffer.from('7,a,b\r\n'),
  findings: null,
  columns: null,
  scored: {
    lines: Buffer.from('ä,1\r\n'),
    group: Buffer.from([1, 2, 3]),
    counts: noCounts,
    tally: Float64Array.of(5, 0.5),
  },
};
const name = { lease: 1, number: 2, claim: 3 };

let folder: string;
let upload: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-parts-'));
  upload = join(folder, 'upload');
  createPartsFolder(upload);
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const path = (): string => join(partsFolder(upload), readdirSync(partsFolder(upload))[0]!);

it('a part holds the results of its blocks, and is gone when it was taken', () => {
  writePart(upload, name, [result, result]);
  expect(takePart(upload, name)).toEqual([result, result]);
  expect(takePart(upload, name)).toBeNull();
  expect(readdirSync(partsFolder(upload))).toEqual([]);
});

it.each([
  ['cut short', (bytes: Buffer) => bytes.subarray(0, bytes.length - 1)],
  [
    'changed',
    (bytes: Buffer) => Buffer.concat([bytes.subarray(0, 40), Buffer.from('?'), bytes.subarray(41)]),
  ],
  ['empty', () => Buffer.alloc(0)],
])('a part that is %s is as good as none', (_, change) => {
  writePart(upload, name, [result]);
  writeFileSync(path(), change(readFileSync(path())));
  expect(takePart(upload, name)).toBeNull();
});

it('a part is not written where nobody waits for it any more', () => {
  removePartsFolder(upload);
  expect(() => {
    writePart(upload, name, [result]);
  }).toThrow('ENOENT');
});

it('what a run left that was cut off is gone when the next begins', () => {
  writePart(upload, name, [result]);
  createPartsFolder(upload);
  expect(takePart(upload, name)).toBeNull();
});
