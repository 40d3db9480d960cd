import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { encodeGroup, encodeHeader, plainColumns } from '../../../src/store/score-files/encoding.ts';
import type { PlainColumn } from '../../../src/store/score-files/encoding.ts';
import { noReason } from '../../../src/store/score-files/group.ts';
import type { ScoreFileHeader, ScoreGroup } from '../../../src/store/score-files/group.ts';
import { openScoreFile } from '../../../src/store/score-files/reader.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-narrow-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});
const path = join(folder, 'upload.scores');
const header: ScoreFileHeader = {
  features: [
    { name: 'charges', type: 'number', levels: [] },
    { name: 'plan', type: 'category', levels: ['Basic'] },
  ],
  actions: [],
};

const price = fc.oneof(fc.integer({ min: 0, max: 30_000 }), fc.integer({ min: 0, max: 2 ** 31 - 1 }));
const amount = fc.oneof(
  { weight: 9, arbitrary: price.map((hundredths) => hundredths / 100) },
  fc.constantFrom(NaN, 0),
);
/** Columns whose every number has few decimals, and others. */
const amountsOf = (rowCount: number) => {
  const lengths = { minLength: rowCount, maxLength: rowCount };
  return fc
    .oneof(fc.array(amount, lengths), fc.array(fc.oneof(amount, fc.double(), fc.constant(-0)), lengths))
    .map((values) => Float64Array.from(values));
};
const wholeOf = (rowCount: number, max: number) =>
  fc.array(fc.integer({ min: 0, max }), { minLength: rowCount, maxLength: rowCount });

const group = fc.integer({ min: 1, max: 12 }).chain((rowCount) =>
  fc
    .record({
      gaps: wholeOf(rowCount, 1),
      start: fc.constantFrom(0, 17, 2 ** 33),
      lengths: fc.constantFrom(90, 300, 70_000).chain((most) => wholeOf(rowCount, most)),
      isFar: fc.boolean(),
      amounts: amountsOf(rowCount),
      monthly: fc.option(amountsOf(rowCount)),
      noted: wholeOf(rowCount, 1),
      places: wholeOf(3 * rowCount, 2),
      codes: fc.constantFrom(2, 300, 70_000).chain((most) => wholeOf(rowCount, most)),
    })
    .map(({ gaps, start, lengths, isFar, amounts, monthly, noted, places, codes }): ScoreGroup => {
      const rowNumbers = new Uint32Array(rowCount);
      const offsets = new Float64Array(rowCount);
      for (let i = 0; i < rowCount; i++) {
        rowNumbers[i] = (i === 0 ? 1 : rowNumbers[i - 1]!) + 1 + (isFar ? gaps[i]! : 0);
        offsets[i] = i === 0 ? start : offsets[i - 1]! + lengths[i - 1]! + (isFar ? 2 ** 32 * gaps[i]! : 1);
      }
      return {
        ...{ rowCount, rowNumbers, offsets, lengths: Uint32Array.from(lengths) },
        probability: Float64Array.from(codes, (code) => 1 / (1 + code)),
        monthlyValue: monthly ?? amounts,
        expectedSaving: amounts.map((value) => value / 3),
        actions: new Uint16Array(rowCount),
        reasonFeatures: Uint16Array.from(places, (place) => (place === 2 ? noReason : place)),
        reasonPoints: Float32Array.from(places, (place) => place / 7),
        noted: Uint8Array.from(noted),
        identifiers: { bytes: new Uint8Array(0), ends: new Uint32Array(rowCount) },
        inputs: [
          { kind: 'number', values: amounts },
          { kind: 'level', codes: Int32Array.from(codes, (code) => code - 1), others: [] },
        ],
      };
    }),
);

describe('a group in as few bytes as hold it', () => {
  it('is read as it was written, whole and in part, to the last bit', () => {
    fc.assert(
      fc.property(group, fc.nat(11), (written, first) => {
        const bytes = Buffer.concat([encodeHeader(header), encodeGroup(written)]);
        writeFileSync(path, bytes);
        const file = openScoreFile(path, bytes.length);
        const from = Math.min(first, written.rowCount - 1);
        try {
          for (const name of Object.keys(plainColumns) as PlainColumn[]) {
            const perRow = written[name].length / written.rowCount;
            expect(file.column(0, name)).toEqual(written[name]);
            const part = file.column(0, name, { from, until: written.rowCount });
            expect(part).toEqual(written[name].subarray(from * perRow));
          }
          written.inputs.forEach((input, feature) => {
            expect(file.input(0, feature)).toEqual(input);
          });
        } finally {
          file.close();
        }
      }),
      { numRuns: 300 },
    );
  });

  it('leaves out what other columns say', () => {
    const rowCount = 1000;
    const [written] = fc.sample(group, { numRuns: 1, seed: 1 });
    const count = (length: number) => new Uint32Array(rowCount).fill(length);
    const values = Float64Array.from({ length: rowCount }, (_, i) => i / 4);
    const plain: ScoreGroup = {
      ...{ ...written!, rowCount, rowNumbers: count(0).map((_, i) => i + 2), lengths: count(100) },
      ...{ offsets: values.map((_, i) => 101 * i), probability: values, expectedSaving: values },
      ...{ monthlyValue: values, actions: new Uint16Array(rowCount), noted: new Uint8Array(rowCount) },
      reasonFeatures: new Uint16Array(3 * rowCount),
      reasonPoints: new Float32Array(3 * rowCount),
      identifiers: { bytes: new Uint8Array(0), ends: count(0) },
      inputs: [{ kind: 'number', values }],
    };
    // Probability and saving in 8 bytes each, 4 for the offset, 2 + 3 + 12 for action and reasons, 4 for the identifier.
    expect(encodeGroup(plain).length).toBeLessThan(rowCount * (8 + 8 + 4 + 1 + 2 + 3 + 12 + 4 + 2) + 1500);
  });
});
