import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { LabelDefinition } from '../../../../src/domain/datasets/labels/definition.ts';
import { loadModelFile } from '../../../../src/domain/models/files.ts';
import { readAllRows } from '../../../../src/domain/training/all-rows/all-rows.ts';
import { rowsThatFit } from '../../../../src/domain/training/all-rows/memory.ts';
import { toLabelledTable } from '../../../../src/domain/training/dataset-table.ts';
import { trainOnRows } from '../../../../src/domain/training/fit.ts';
import { optionsFor } from '../../../../src/domain/training/options.ts';
import { fitTraining } from '../../../../src/domain/training/queue.ts';
import { prepareTraining, readTrainingTable } from '../../../../src/domain/training/table.ts';
import type { PreparedTraining } from '../../../../src/domain/training/table.ts';
import { predictModel } from '../../../../src/ml/model/model.ts';
import { encodeTable, fitEncoder } from '../../../../src/ml/data/encoding.ts';
import type { InferredColumn } from '../../../../src/ml/data/schema-inference.ts';
import type { ColumnRole, ColumnType } from '../../../../src/ml/data/schema.ts';
import type { FitStep } from '../../../../src/ml/estimator.ts';
import { customersCsv } from '../../../helpers/app.ts';
import { planOf } from '../../../helpers/plan.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-all-rows-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});
const file = (csv: string): string => {
  const path = join(folder, 'table.csv');
  writeFileSync(path, csv);
  return path;
};

/** With the levels that its rows have. */
const encoded = ({ data, types, ...others }: PreparedTraining) => {
  return { ...others, types, data: encodeTable(fitEncoder(data, types), data) };
};

const columnOf = (
  name: string,
  type: ColumnType,
  role: ColumnRole,
  levels: readonly string[] = [],
): InferredColumn => ({ name, type, role, levels, distinct: levels.length, missing: 0 });

const exited: LabelDefinition = { kind: 'column', column: 'Churn', positive: 'Yes' };
const idle = (days: number): LabelDefinition => ({
  kind: 'proxy',
  rule: {
    match: 'any',
    conditions: [
      { kind: 'inactive-days', column: 'last_login', days, asOf: null },
      { kind: 'below-percentile', column: 'logins', percentile: 20 },
      { kind: 'equals', column: 'state', level: ' Closed' },
      { kind: 'filled', column: 'closed_on' },
    ],
  },
});

/** Read as a small dataset is: as text. */
const asText = (csv: string, label: LabelDefinition): PreparedTraining => {
  const table = readTrainingTable(csv);
  return prepareTraining(toLabelledTable(table, table.columns, label), null, ['gender']);
};
/** Read as a large one is. */
const asAllRows = (csv: string, label: LabelDefinition): Promise<PreparedTraining> => {
  const { columns } = readTrainingTable(csv);
  const options = { ...optionsFor('quick'), drop: ['gender'] };
  const memory = { megabytes: 0, threads: 1 };
  const source = { path: file(csv), columns, label, firstLine: 'names', options, memory } as const;
  return readAllRows(source, () => undefined);
};

describe('all rows of a dataset', () => {
  it('are what its text gives: inputs, outcome, customers, roles', async () => {
    const csv = customersCsv(400, 5, true)
      .replace(/,Yes\n/, ',\n')
      .replace(/,No\n/, ',n/a\n');
    const repeated = `${csv}${csv.split('\n').slice(3, 9).join('\n')}\n`;
    const rows = await asAllRows(repeated, exited);
    expect(encoded(rows)).toEqual(encoded(asText(repeated, exited)));
    expect(rows.data.rowCount).toBe(404);
  });

  it('make the same model, to the last bit', async () => {
    const csv = customersCsv(300, 8, true);
    const plan = planOf(['auto'], 2);
    const modelOf = (rows: PreparedTraining) => {
      const { provenance, ...model } = trainOnRows({ ...rows, sha256: '' }, plan, {});
      return { ...model, params: provenance.params };
    };
    expect(modelOf(await asAllRows(csv, exited))).toEqual(modelOf(asText(csv, exited)));
  }, 60_000);

  it('are labelled by a rule over all of them; rows that it leaves undecided are left out', async () => {
    const lines = Array.from({ length: 60 }, (_, i) =>
      [
        `c${i}`,
        i % 11 === 0 ? '' : `2026-0${1 + (i % 5)}-1${i % 9}`,
        i % 7 === 0 ? 'n/a' : (i * 37) % 50,
        i % 13 === 0 ? 'closed' : 'open',
        i % 17 === 0 ? '2026-05-01' : '',
        i % 4,
      ].join(','),
    );
    const csv = `id,last_login,logins,state,closed_on,visits\n${lines.join('\n')}\n`;
    for (const days of [30, 90])
      expect(encoded(await asAllRows(csv, idle(days)))).toEqual(encoded(asText(csv, idle(days))));
    const nobody: LabelDefinition = {
      kind: 'proxy',
      rule: { match: 'all', conditions: [{ kind: 'above', column: 'visits', number: 9 }] },
    };
    await expect(asAllRows(csv, nobody)).rejects.toThrow(/cannot be the label/);
    const gone: LabelDefinition = { kind: 'column', column: 'gone', positive: 'Yes' };
    await expect(asAllRows(csv, gone)).rejects.toThrow(/label/);
  });

  it('may be in any encoding, with decimal commas and cells that do not read as their type', async () => {
    const csv =
      'id;Betrag;Stadt;seit;Churn\n1;29,85;Köln;20.11.2025;Yes\n2;?;"Bad\nEms";bald;No\n3;7;Köln;;No\n';
    const path = join(folder, 'latin.csv');
    writeFileSync(path, Buffer.from(csv, 'latin1'));
    const columns = [
      columnOf('Betrag', 'number', 'feature'),
      columnOf('Stadt', 'category', 'feature'),
      columnOf('seit', 'date', 'feature'),
      columnOf('Churn', 'boolean', 'label', ['Yes', 'No']),
    ];
    const source = {
      path,
      columns,
      label: exited,
      firstLine: null,
      options: optionsFor('quick'),
      memory: { megabytes: 0, threads: 1 },
    };
    const { data, target } = await readAllRows(source, () => undefined);
    expect(data.columns).toEqual([
      { kind: 'number', name: 'Betrag', values: Float64Array.of(29.85, NaN, 7) },
      { kind: 'category', name: 'Stadt', levels: ['Bad\nEms', 'Köln'], codes: Int32Array.of(1, 0, 1) },
      { kind: 'number', name: 'seit', values: Float64Array.of(20_412, NaN, NaN) },
    ]);
    expect([...target]).toEqual([1, 0, 0]);
  });
});

describe('a training on more rows than settings are chosen on', () => {
  const count = 600_000;
  /** The second of every six rows is not drawn; only such rows have the plan 'beyond', whose customers leave. */
  const csv = (): string => {
    const lines = Array.from({ length: count }, (_, i) => {
      const isBeyond = i % 60 === 1;
      const left = isBeyond || (i * 7919) % 100 < (i % 2 === 0 ? 60 : 20);
      return `c${i},${(i * 31) % 73},${isBeyond ? 'beyond' : i % 2 === 0 ? 'a' : 'b'},${left ? 'Yes' : 'No'}\n`;
    });
    return `id,tenure,plan,Churn\n${lines.join('')}`;
  };
  const train = async (trainingMemoryMb: number, steps: FitStep[] = []) => {
    const order = {
      name: 'Large',
      datasetName: 'Large',
      path: join(folder, 'large.csv'),
      sha256: 'a'.repeat(64),
      rowCount: count,
      columns: [
        columnOf('id', 'text', 'identifier'),
        columnOf('tenure', 'number', 'feature'),
        columnOf('plan', 'category', 'feature', ['a', 'b']),
        columnOf('Churn', 'boolean', 'label', ['Yes', 'No']),
      ],
      label: exited,
      options: { ...optionsFor('quick'), families: ['logistic' as const], folds: 2, seed: 3 },
    };
    const onProgress = (step: FitStep) => steps.push(step);
    const { file: name } = await fitTraining(order, { modelsDir: folder, trainingMemoryMb, onProgress });
    return loadModelFile(join(folder, name));
  };

  it('learns from all of them but the held-out ones, and says on how many it was chosen', async () => {
    writeFileSync(join(folder, 'large.csv'), csv());
    const steps: FitStep[] = [];
    const model = await train(4_096, steps);
    const { trainingRows, holdoutRows, chosenOn, outOf } = model.evaluation;
    expect({ trainingRows, holdoutRows, chosenOn, outOf }).toEqual({
      trainingRows: 500_000,
      holdoutRows: 100_000,
      chosenOn: 500_000,
      outOf: undefined,
    });
    expect(model.provenance.rowCount).toBe(count);
    const reading = steps.filter(({ stage }) => stage === 'Reading the data').map(({ done }) => done);
    expect(reading.at(-1)).toBeGreaterThan(0.98 * count);

    const { features } = model.schema;
    expect(features.map(({ name, levels }) => [name, levels])).toEqual([
      ['tenure', []],
      ['plan', ['a', 'b', 'beyond']],
    ]);
    const rows = encodeTable(features, {
      rowCount: 3,
      columns: [
        { kind: 'number', name: 'tenure', values: Float64Array.of(20, 20, 20) },
        { kind: 'category', name: 'plan', levels: ['a', 'b', 'beyond'], codes: Int32Array.of(0, 1, 2) },
      ],
    });
    const [a, b, beyond] = predictModel(model, rows);
    expect([a! > 0.5, b! < 0.3, beyond! > 0.9]).toEqual([true, true, true]);
  }, 120_000);

  it('leaves out rows that do not fit into memory, evenly, and says so', async () => {
    const { evaluation, provenance, schema } = await train(64);
    const { trainingRows, holdoutRows, chosenOn, outOf } = evaluation;
    expect({ trainingRows, holdoutRows, chosenOn, outOf }).toEqual({
      trainingRows: 400_000,
      holdoutRows: 100_000,
      chosenOn: undefined,
      outOf: count,
    });
    expect(provenance.rowCount).toBe(500_000);
    expect(schema.features[1]!.levels).toEqual(['a', 'b']);
  }, 120_000);
});

describe('the rows that fit into memory', () => {
  const inputs = Array.from({ length: 20 }, (_, i) =>
    i < 10 ? ({ type: 'number' } as const) : ({ type: 'category' } as const),
  );
  const options = optionsFor('thorough');
  const fit = (megabytes: number, change: Partial<typeof options> = {}, threads = 2): number =>
    rowsThatFit(inputs, { ...options, ...change }, { megabytes, threads });

  it('are ten million of twenty columns in 6 GB, whatever is trained, and in 3.5 GB with gradient boosting', () => {
    expect(fit(6_144)).toBeGreaterThan(10_000_000);
    expect(fit(3_500)).toBeLessThan(10_000_000);
    expect(fit(3_500, { families: ['boosting'] })).toBeGreaterThan(10_000_000);
  });

  it('are fewer where rows are repeated, and where each thread has its own', () => {
    expect(fit(1_000, { imbalance: 'over' })).toBeLessThan(fit(1_000));
    expect(fit(1_000, { families: ['forest'] }, 16)).toBeLessThan(fit(1_000, { families: ['forest'] }, 2));
  });
});
