import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { encodeChunk } from '../../../src/store/score-files/chunks.ts';
import { encodeGroup, encodeHeader, textAt } from '../../../src/store/score-files/encoding.ts';
import type { ScoreFileHeader } from '../../../src/store/score-files/group.ts';
import { openScoreFile } from '../../../src/store/score-files/reader.ts';
import { toGroup } from '../../helpers/plain-scores.ts';
import type { PlainScore } from '../../helpers/plain-scores.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-scores-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});
const path = join(folder, 'upload.scores');

const header: ScoreFileHeader = {
  features: [
    { name: 'tenure', type: 'number', levels: [] },
    { name: 'contract', type: 'category', levels: ['Month-to-month', 'Two year'] },
  ],
  actions: [{ ruleId: 4, action: 'Call' }],
};
const rows: PlainScore[] = [
  {
    rowNumber: 2,
    customerId: 'Zoë',
    probability: 0.9,
    action: 'Call',
    inputs: { tenure: 3, contract: 'Two year' },
  },
  { rowNumber: 3, probability: 0.25, monthlyValue: 70, inputs: { contract: 'Weekly' }, isNoted: true },
  {
    rowNumber: 5,
    customerId: 'B',
    probability: 0,
    inputs: {},
    reasons: [{ feature: 'contract', points: -0.5 }],
  },
];

function write(...parts: Buffer[]): number {
  const bytes = Buffer.concat(parts);
  writeFileSync(path, bytes);
  return bytes.length;
}

describe('a score file', () => {
  it('gives back the columns of every group as they were written', () => {
    const groups = [toGroup(header, rows.slice(0, 2)), toGroup(header, rows.slice(2))];
    const file = openScoreFile(
      path,
      write(encodeHeader(header), ...groups.map((group) => encodeGroup(group))),
    );
    expect(file.header).toEqual(header);
    expect(file.groups).toEqual([
      { rowCount: 2, firstRow: 0 },
      { rowCount: 1, firstRow: 2 },
    ]);
    groups.forEach((group, i) => {
      for (const name of ['rowNumbers', 'offsets', 'lengths', 'probability', 'monthlyValue'] as const)
        expect(file.column(i, name)).toEqual(group[name]);
      for (const name of ['expectedSaving', 'actions', 'reasonFeatures', 'reasonPoints', 'noted'] as const)
        expect(file.column(i, name)).toEqual(group[name]);
      expect(group.inputs.map((_, feature) => file.input(i, feature))).toEqual(group.inputs);
    });
    expect([textAt(file.identifiers(0), 0), textAt(file.identifiers(0), 1)]).toEqual(['Zoë', '']);
    file.close();
  });

  it('gives back a part of a group as it gives the whole', () => {
    const file = openScoreFile(path, write(encodeHeader(header), encodeGroup(toGroup(header, rows))));
    for (let from = 0; from <= rows.length; from++)
      for (let until = from; until <= rows.length; until++) {
        const part = { from, until };
        expect(file.column(0, 'probability', part)).toEqual(file.column(0, 'probability').slice(from, until));
        expect(file.column(0, 'reasonPoints', part)).toEqual(
          file.column(0, 'reasonPoints').slice(3 * from, 3 * until),
        );
        const texts = file.identifiers(0, part);
        const expected = ['Zoë', '', 'B'].slice(from, until);
        expect(Array.from({ length: until - from }, (_, i) => textAt(texts, i))).toEqual(expected);
        const [whole, input] = [file.input(0, 1), file.input(0, 1, part)];
        if (whole.kind !== 'level' || input.kind !== 'level') throw new Error('It is text.');
        expect(input).toEqual({ ...whole, codes: whole.codes.slice(from, until) });
      }
    file.close();
  });

  it('keeps the codes of columns with very many texts that are no level', () => {
    const many = Array.from({ length: 70_000 }, (_, i): PlainScore => ({
      rowNumber: i + 2,
      probability: 0.5,
    }));
    const group = toGroup(header, many);
    const codes = Int32Array.from({ length: 70_000 }, (_, i) => i - 1);
    const others = Array.from({ length: 70_000 }, (_, i) => `text ${i}`);
    const written = { ...group, inputs: [group.inputs[0]!, { kind: 'level', codes, others } as const] };
    const file = openScoreFile(path, write(encodeHeader(header), encodeGroup(written)));
    expect(file.input(0, 1)).toEqual({ kind: 'level', codes, others });
    file.close();
  });

  it('is not written where a column lacks a row', () => {
    const group = { ...toGroup(header, rows), noted: Uint8Array.of(0) };
    expect(() => encodeGroup(group)).toThrow("column 'noted' has 1 entries for 3 rows");
  });

  it('can have no rows', () => {
    const file = openScoreFile(path, write(encodeHeader(header)));
    expect(file.rowCount).toBe(0);
    file.close();
  });

  it('refuses other files and other versions, naming the file and what to do', () => {
    const other = write(encodeChunk({ kind: 'customers' }, {}));
    expect(() => openScoreFile(path, other)).toThrow(
      'The stored file upload.scores is damaged (it is no score file). Delete this file under Score and score it again.',
    );
    const later = write(encodeChunk({ kind: 'scores', format: 3, features: [], actions: [] }, {}));
    expect(() => openScoreFile(path, later)).toThrow('its format 3 is not known');
    const mixed = write(encodeHeader(header), encodeHeader(header));
    expect(() => openScoreFile(path, mixed)).toThrow('it holds what is no group of scores');
  });
});
