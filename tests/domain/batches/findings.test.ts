import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { findingsOf } from '../../../src/domain/batches/blocks/block-findings.ts';
import { createBlockPlan } from '../../../src/domain/batches/blocks/block-plan.ts';
import type { BlockSource } from '../../../src/domain/batches/blocks/block-plan.ts';
import { readBlocks } from '../../../src/domain/batches/blocks/cut.ts';
import { readBlock } from '../../../src/domain/batches/blocks/scan.ts';
import { createCheckReport } from '../../../src/domain/batches/findings.ts';
import type { CheckReport } from '../../../src/domain/batches/findings.ts';
import { customerIdOf, toCustomer, unreadable } from '../../../src/domain/batches/rows.ts';
import { readCsvChunks } from '../../../src/domain/csv/reader.ts';
import { createCustomerReader, readCustomer } from '../../../src/domain/scoring/customer-reading.ts';
import { clearRows } from '../../../src/ml/data/row-reader.ts';
import { anyFile } from '../../helpers/block-files.ts';
import { createFindings } from '../../helpers/row-by-row-findings.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-findings-'));
const file = join(folder, 'file.csv');
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const byBlocks = (source: BlockSource, size?: number): CheckReport => {
  const plan = createBlockPlan(source);
  const report = createCheckReport();
  for (const raw of readBlocks(file, source.format.delimiter, undefined, { size }))
    report.add(structuredClone(findingsOf(readBlock(plan, raw), plan)));
  return report.report();
};

const rowByRow = ({ schema, mapping, format, columnCount }: BlockSource): CheckReport => {
  const findings = createFindings(schema.features);
  const reader = createCustomerReader(schema);
  for (const { rows } of readCsvChunks(file, { delimiter: format.delimiter, columnCount }, 10))
    for (const row of rows) {
      const { ok, cells } = row.reading;
      clearRows(reader.batch);
      const customer = toCustomer(cells, mapping);
      const { problems, notes } = ok
        ? readCustomer(reader, customer, format.decimal)
        : { problems: [unreadable(row)], notes: [] };
      if (problems.length > 0) findings.reject(row.rowNumber, problems);
      else findings.accept(row.rowNumber, notes, customer.renamings, customerIdOf(cells, mapping));
    }
  return findings.report();
};

describe('the report of a check', () => {
  it('by blocks is that of the rows one by one, wherever the blocks end', () => {
    fc.assert(
      fc.property(anyFile, ({ from, bytes, size }) => {
        writeFileSync(file, bytes);
        let expected: CheckReport | null = null;
        try {
          expected = rowByRow(from);
        } catch {
          return;
        }
        expect(byBlocks(from, size)).toEqual(expected);
        expect(byBlocks(from)).toEqual(expected);
      }),
      { numRuns: 600 },
    );
  });

  it('has only so many groups of a kind, and the first of them', () => {
    const source: BlockSource = {
      schema: {
        features: [{ name: 'plan', type: 'category', levels: ['A'], range: null, missingShare: 0 }],
        label: { name: 'Churn', positive: 'Yes', negative: 'No' },
        identifier: null,
        value: null,
      },
      mapping: { features: [1], identifier: 0, value: null },
      format: { delimiter: ',', decimal: '.' },
      columnCount: 2,
    };
    const lines = Array.from({ length: 3_000 }, (_, i) => `${i % 2_900},level ${i < 500 ? i : i % 251}`);
    writeFileSync(file, ['id,plan', ...lines].join('\n'));
    const report = byBlocks(source, 2_000);
    expect(report).toEqual(rowByRow(source));
    expect(report.groups).toHaveLength(201);
    expect(report.groups.find(({ kind }) => kind === 'duplicate')).toMatchObject({
      count: 100,
      rows: [2902, 2903, 2904, 2905, 2906],
    });
  });
});
