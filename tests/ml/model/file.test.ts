import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { trainOnTable } from '../../../src/domain/training/fit.ts';
import { readTrainingTable } from '../../../src/domain/training/table.ts';
import { decodeModelFile, encodeModelFile, ModelFileError } from '../../../src/ml/model/file.ts';
import type { Model } from '../../../src/ml/model/model.ts';
import { customersCsv } from '../../helpers/app.ts';
import { planOf } from '../../helpers/plan.ts';

const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();
const families = ['logistic', 'forest', 'boosting'] as const;
const files = new Map<string, { model: Model; bytes: Uint8Array }>();

beforeAll(() => {
  const table = readTrainingTable(customersCsv(500, 3, true));
  for (const family of families) {
    const model = trainOnTable(table, planOf([family], 1), () => undefined);
    files.set(family, { model, bytes: encodeModelFile(model, sha256) });
  }
});

/** The file with its header changed and a checksum that fits again. */
function withHeader(bytes: Uint8Array, change: (header: string) => string): Uint8Array {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(12, true);
  const header = change(new TextDecoder().decode(bytes.subarray(16, 16 + length)));
  if (header.length !== length) throw new Error('the header must keep its length');
  const copy = bytes.slice();
  copy.set(new TextEncoder().encode(header), 16);
  return sealed(copy);
}

function sealed(bytes: Uint8Array): Uint8Array {
  bytes.set(sha256(bytes.subarray(0, -32)), bytes.length - 32);
  return bytes;
}

describe.each(families)('a %s model', (family) => {
  it('comes back bit for bit', () => {
    const { model, bytes } = files.get(family)!;
    expect(decodeModelFile(bytes, sha256)).toEqual(model);
    expect(encodeModelFile(decodeModelFile(bytes, sha256), sha256)).toEqual(bytes);
  });

  it('loads in well under the time that anybody notices', () => {
    const started = performance.now();
    decodeModelFile(files.get(family)!.bytes, sha256);
    expect(performance.now() - started).toBeLessThan(500);
  });

  it('is refused when any part of it is changed or missing', () => {
    const { bytes } = files.get(family)!;
    for (const at of [20, bytes.length >> 1, bytes.length - 40, bytes.length - 1]) {
      const changed = bytes.slice();
      changed[at] = changed[at]! ^ 1;
      expect(() => decodeModelFile(changed, sha256)).toThrow(/checksum/);
    }
    expect(() => decodeModelFile(bytes.subarray(0, 500), sha256)).toThrow(ModelFileError);
  });
});

describe('a file that is no model', () => {
  const logisticFile = () => files.get('logistic')!.bytes;

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['a pickle', Buffer.from('\x80\x04\x95\x1f\x00\x00\x00sklearn.linear_model'.padEnd(200, 'x'), 'latin1')],
    ['text', Buffer.from('HOLDFISH'.padEnd(200, ' '))],
  ])('%s is refused', (_name, bytes) => {
    expect(() => decodeModelFile(bytes, sha256)).toThrow(/not a Holdfast model file/);
  });

  it('of a newer version is refused, with both versions named', () => {
    const newer = logisticFile().slice();
    newer[8] = 99;
    expect(() => decodeModelFile(sealed(newer), sha256)).toThrow(/format 99.*reads up to 1/);
  });

  it('that claims a huge header is refused before anything is allocated', () => {
    const huge = logisticFile().slice();
    new DataView(huge.buffer).setUint32(12, 0xfffffff0, true);
    expect(() => decodeModelFile(sealed(huge), sha256)).toThrow(/header of the model file is too large/);
  });

  it('that names more numbers than it holds is refused', () => {
    const longer = (header: string) =>
      header.replace(
        /(\["f64",\d+,)(\d+)\]/,
        (_all, start: string, length: string) => `${start}${'9'.repeat(length.length)}]`,
      );
    const bytes = withHeader(files.get('forest')!.bytes, (header) =>
      longer(longer(header)).replaceAll(
        /(\["i32",\d+,)(\d{3,})\]/g,
        (_all, start: string, length: string) => `${start}${'9'.repeat(length.length)}]`,
      ),
    );
    expect(() => decodeModelFile(bytes, sha256)).toThrow(ModelFileError);
  });

  it('with weights that are not finite is refused', () => {
    const bytes = logisticFile().slice();
    const length = new DataView(bytes.buffer).getUint32(12, true);
    new DataView(bytes.buffer).setFloat64((16 + length + 7) & ~7, NaN, true);
    expect(() => decodeModelFile(sealed(bytes), sha256)).toThrow(/not finite/);
  });

  it('whose parts do not fit together is refused', () => {
    const bytes = withHeader(logisticFile(), (header) =>
      header.replace('"family":"logistic"', '"family":"logistix"'),
    );
    expect(() => decodeModelFile(bytes, sha256)).toThrow(/does not fit together/);
  });
});
