/** A file scored by blocks reads, to the last byte, as one whose rows are scored one by one. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBlockWork } from '../../../../src/domain/batches/blocks/block-work.ts';
import { readBlocks } from '../../../../src/domain/batches/blocks/cut.ts';
import { scoreFileHeader } from '../../../../src/domain/batches/blocks/score-block.ts';
import type { ScoringPlan } from '../../../../src/domain/batches/blocks/score-block.ts';
import { guessMapping } from '../../../../src/domain/batches/mapping.ts';
import type { CsvFormat } from '../../../../src/domain/csv/intake.ts';
import { exampleRules } from '../../../../src/domain/retention/example-rules.ts';
import { trainOnTable } from '../../../../src/domain/training/fit.ts';
import { readTrainingTable } from '../../../../src/domain/training/table.ts';
import { noPast } from '../../../../src/domain/retention/past/table.ts';
import type { Family } from '../../../../src/ml/estimators.ts';
import type { Model } from '../../../../src/ml/model/model.ts';
import { encodeHeader } from '../../../../src/store/score-files/encoding.ts';
import { noReason } from '../../../../src/store/score-files/group.ts';
import { openScoreFile } from '../../../../src/store/score-files/reader.ts';
import { textAt } from '../../../../src/store/score-files/encoding.ts';
import { customersCsv } from '../../../helpers/app.ts';
import { bankCsv } from '../../../helpers/bank.ts';
import { commaFormat } from '../../../helpers/csv-format.ts';
import { planOf } from '../../../helpers/plan.ts';
import { scoreRowByRow } from '../../../helpers/row-by-row.ts';

const rules = {
  mediumFrom: 0.3,
  highFrom: 0.6,
  valueMonths: 12,
  valueMargin: 1,
  rules: exampleRules.map((rule, i) => ({
    ...rule,
    id: i + 1,
    position: i,
    enabled: true,
    isExample: false,
    version: 1,
  })),
};

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-blocks-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const train = (csv: string, family: Family, change: Parameters<typeof planOf>[2] = {}): Model =>
  trainOnTable(readTrainingTable(csv), planOf([family], 3, change), () => undefined);

interface Scored {
  readonly scored: string;
  readonly rejected: string;
  readonly groups: readonly Uint8Array[];
}

function scoreByBlocks(
  path: string,
  plan: ScoringPlan,
  header: readonly string[],
  blockBytes: number,
): Scored {
  const { model, format, columnCount } = plan;
  const mapping = guessMapping(model.schema, header);
  const source = { schema: model.schema, mapping, format, columnCount };
  const work = createBlockWork({ source, scoring: plan, isCheck: false, keepsColumns: false });
  const results = [...readBlocks(path, format.delimiter, undefined, { size: blockBytes })].map(work);
  return {
    scored: results.map(({ scored }) => String(scored!.lines)).join(''),
    rejected: results.map(({ rejected }) => Buffer.from(rejected).toString()).join(''),
    groups: results.flatMap(({ scored }) => (scored!.group ? [scored!.group] : [])),
  };
}

/** Scores the file both ways, and expects the same lines and columns. */
function expectSame(
  model: Model,
  lines: readonly string[],
  format: CsvFormat,
  { blockBytes = 700, isBatch = true } = {},
): void {
  const path = join(folder, 'upload.csv');
  writeFileSync(path, `${lines.join('\n')}\n`);
  const header = lines[0]!.split(format.delimiter);
  const columnCount = header.length;
  const plan = { model, modelLabel: 'Model, version 1', rules, past: noPast, format, columnCount, isBatch };
  const expected = scoreRowByRow(path, plan, guessMapping(model.schema, header));
  const { scored, rejected, groups } = scoreByBlocks(path, plan, header, blockBytes);
  expect(scored).toBe(expected.scored);
  expect(rejected).toBe(expected.rejected);
  if (!isBatch) {
    expect(groups).toEqual([]);
    return;
  }
  expect(readScores(plan, groups)).toEqual(
    expected.customers.map(({ rowNumber, customerId, score }) => ({
      rowNumber,
      customerId: customerId ?? '',
      probability: score.probability,
      monthlyValue: score.monthlyValue ?? NaN,
      ruleId: score.actions[0]?.ruleId ?? null,
      saving: score.actions[0]?.expectedSaving ?? NaN,
      isNoted: Number(score.notes.length > 0),
      reasons: score.reasons
        .slice(0, 3)
        .map(({ feature, points }) => ({ feature, points: Math.fround(points) })),
      inputs: Object.values(score.inputs),
    })),
  );
}

/** The rows of a score file with these groups. */
function readScores(plan: ScoringPlan, groups: readonly Uint8Array[]) {
  const path = join(folder, 'upload.csv.scores');
  const bytes = Buffer.concat([encodeHeader(scoreFileHeader(plan)), ...groups]);
  writeFileSync(path, bytes);
  const file = openScoreFile(path, bytes.length);
  const { features } = plan.model.schema;
  const rows = file.groups.flatMap(({ rowCount }, g) => {
    const identifiers = file.identifiers(g);
    const inputs = features.map((_, j) => file.input(g, j));
    const [reasons, points] = [file.column(g, 'reasonFeatures'), file.column(g, 'reasonPoints')];
    return Array.from({ length: rowCount }, (_, i) => ({
      rowNumber: file.column(g, 'rowNumbers')[i],
      customerId: textAt(identifiers, i),
      probability: file.column(g, 'probability')[i],
      monthlyValue: file.column(g, 'monthlyValue')[i],
      ruleId: file.header.actions[file.column(g, 'actions')[i]! - 1]?.ruleId ?? null,
      saving: file.column(g, 'expectedSaving')[i],
      isNoted: file.column(g, 'noted')[i],
      reasons: [0, 1, 2].flatMap((k) =>
        reasons[3 * i + k] === noReason
          ? []
          : [{ feature: features[reasons[3 * i + k]!]!.name, points: points[3 * i + k] }],
      ),
      inputs: inputs.map((input, j) => {
        if (input.kind === 'number') return Number.isNaN(input.values[i]) ? null : input.values[i];
        const { levels } = features[j]!;
        const code = input.codes[i]!;
        return code < 0 ? null : (levels[code] ?? input.others[code - levels.length]);
      }),
    }));
  });
  file.close();
  return rows;
}

describe('scoring by blocks', () => {
  const telco = customersCsv(1_200, 5, true);
  const customers = customersCsv(120, 9).trim().split('\n');

  it.each(['logistic', 'forest'] as const)('gives what the %s model says of each row alone', (family) => {
    expectSame(train(telco, family), customers, commaFormat, { blockBytes: 4_000 });
  });

  it('gives the same of customers of another business', () => {
    const model = train(bankCsv(1_000, 3), 'logistic');
    expectSame(model, bankCsv(150, 4, false).trim().split('\n'), commaFormat, { blockBytes: 2_000 });
  });

  it('has fewer reasons where the model has fewer features, and says what the file has no column for', () => {
    const model = train(telco, 'logistic', { only: ['tenure', 'Contract'] });
    const [header, ...rows] = customers.map((line) => line.split(','));
    const without = header!.indexOf('tenure');
    const lines = [header!, ...rows].map((cells) => cells.filter((_, j) => j !== without).join(','));
    expectSame(model, lines, commaFormat);
  });

  describe('of odd rows', () => {
    let model: Model;
    beforeAll(() => {
      model = train(telco, 'logistic');
    });
    const oddCell = fc.constantFrom(
      '',
      ' ',
      '"a, b"',
      '"he said ""no"""',
      '"two\nlines"',
      '=1+1',
      '-5',
      '+49 30',
      '@x',
      "O'Neill",
      'Zoë',
      '客户',
      '\ud83d\ude00',
      '1e400',
      '1E3',
      '0.1',
      '1234567.891',
      '99999999999999999999',
      'month-to-month ',
      'Never heard of',
      'a"b',
      'x'.repeat(300),
      'a,b',
      '\0',
      '\uff1d1',
    );
    const change = fc.record({ row: fc.nat(59), column: fc.nat(30), cell: oddCell });
    const linesWith = (
      changes: readonly { row: number; column: number; cell: string }[],
      separator: string,
    ) => {
      const table = customers.slice(0, 61).map((line) => line.split(','));
      for (const { row, column, cell } of changes)
        table[row + 1]![column % table[0]!.length] = cell.replaceAll(',', separator);
      return table.map((cells) => cells.join(separator));
    };

    it('is the same with commas', () => {
      fc.assert(
        fc.property(fc.array(change, { maxLength: 40 }), (changes) => {
          expectSame(model, linesWith(changes, ','), commaFormat);
        }),
        { numRuns: 60 },
      );
    });

    it('is the same where those that cannot be scored are left out, and no columns are kept', () => {
      expectSame(model, linesWith([], ','), commaFormat, { isBatch: false });
      fc.assert(
        fc.property(fc.array(change, { maxLength: 40 }), (changes) => {
          expectSame(model, linesWith(changes, ','), commaFormat, { isBatch: false });
        }),
        { numRuns: 20 },
      );
    });

    it.each([
      { delimiter: ';', decimal: ',' },
      { delimiter: '\t', decimal: '.' },
      { delimiter: ',', decimal: ',' },
    ] as const)('is the same with $delimiter between cells and $decimal in numbers', (change2) => {
      const format = { ...commaFormat, ...change2 };
      fc.assert(
        fc.property(fc.array(change, { maxLength: 40 }), (changes) => {
          const lines = linesWith(changes, format.delimiter);
          const isComma = format.decimal === ',' && format.delimiter !== ',';
          expectSame(model, isComma ? lines.map((line) => line.replaceAll('.', ',')) : lines, format);
        }),
        { numRuns: 30 },
      );
    });
  });
});
