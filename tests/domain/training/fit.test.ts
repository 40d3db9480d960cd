import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { evaluateTable } from '../../../src/domain/training/evaluation.ts';
import { trainOnTable } from '../../../src/domain/training/fit.ts';
import { prepareTraining, readTrainingFile, readTrainingTable } from '../../../src/domain/training/table.ts';
import { encodeModelFile } from '../../../src/ml/model/file.ts';
import { customersCsv } from '../../helpers/app.ts';
import { planOf } from '../../helpers/plan.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-training-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});
const file = (name: string, content: string | Buffer): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

const plan = planOf(['logistic'], 3);
const silent = (): void => undefined;
const history = customersCsv(400, 5, true);

/** Rows that tell nothing but what is asked of the label. */
const labelled = (name: string, levels: readonly string[]): string =>
  `id,age,${name}\n${levels.map((level, i) => `c${i},${20 + (i % 7)},${level}`).join('\n')}\n`;

describe('the label', () => {
  it('is found by its name, its positive level by its words', () => {
    const { label, identifier, value } = prepareTraining(readTrainingTable(history), null);
    expect([label, identifier, value]).toEqual([
      { name: 'Churn', positive: 'Yes', negative: 'No' },
      'customerID',
      'MonthlyCharges',
    ]);
  });

  it('may be any column, with any level as leaving', () => {
    const table = readTrainingTable(labelled('Plan', ['gone', 'here', 'here', 'gone']), {
      label: 'Plan',
      positive: 'gone',
    });
    const { label, target } = prepareTraining(table, null);
    expect(label).toEqual({ name: 'Plan', positive: 'gone', negative: 'here' });
    expect([...target]).toEqual([1, 0, 0, 1]);
  });

  it('that is chosen is the only one', () => {
    const { label, data } = prepareTraining(
      readTrainingTable(history, { label: 'Partner', positive: null }),
      null,
    );
    expect(label.name).toBe('Partner');
    expect(data.columns.map(({ name }) => name)).not.toContain('Partner');
  });

  it('is never guessed where it is blank: such rows teach nothing', () => {
    const table = readTrainingTable(labelled('Churn', ['Yes', '', 'No', 'NA', 'No']));
    expect(table.skippedRows).toBe(2);
    expect([...prepareTraining(table, null).target]).toEqual([1, 0, 0]);
    expect(table.cells[0]).toEqual(['c0', 'c2', 'c4']);
  });

  it.each<[string, string, string | null, string | null, RegExp]>([
    ['no such column', labelled('Plan', ['a', 'b']), null, null, /No column is the churn label/],
    [
      'a column that is not there',
      labelled('Churn', ['Yes', 'No']),
      'churn2',
      null,
      /no column 'churn2'.*id, age, Churn/,
    ],
    ['one level', labelled('Churn', ['Yes', 'Yes']), 'Churn', null, /one value only, Yes/],
    [
      'too many levels',
      labelled(
        'Churn',
        Array.from({ length: 150 }, (_, i) => `l${i}x`),
      ),
      'Churn',
      null,
      /too many/,
    ],
    [
      'levels that do not tell',
      labelled('Churn', ['blue', 'red']),
      'Churn',
      null,
      /Which level of 'Churn'.*blue, red/,
    ],
    ['a level that is not there', labelled('Churn', ['Yes', 'No']), null, 'Maybe', /Which level/],
  ])('with %s is refused with a reason', (_name, csv, label, positive, words) => {
    expect(() => prepareTraining(readTrainingTable(csv, { label, positive }), null)).toThrow(words);
  });
});

describe('a training file', () => {
  it('may be written like any upload, and is not touched', async () => {
    const german = Buffer.from(
      '\ufeffid;Betrag;Churn\r\na;29,85;Yes\r\nb;1.234,50;No\r\nc;7,00;No\r\n',
      'utf16le',
    );
    const path = file('german.csv', german);
    const table = await readTrainingFile(path);
    expect([table.header, table.decimal]).toEqual([['id', 'Betrag', 'Churn'], ',']);
    const [amount] = prepareTraining(table, ['Betrag']).data.columns;
    expect(amount).toMatchObject({ kind: 'number', values: Float64Array.of(29.85, 1234.5, 7) });
    const again = await readTrainingFile(path);
    expect(again.sha256).toBe(table.sha256);
  });

  it('gives up rows that cannot be read, and counts them', async () => {
    const table = await readTrainingFile(
      file('ragged.csv', 'id,x,Churn\na,1,Yes\nb,2\nc,3,No\nd,4,No,5\ne,5,\n'),
    );
    expect(table.cells[0]).toEqual(['a', 'c']);
    expect(table.skippedRows).toBe(3);
  });

  it('that is not there, or no CSV, is refused with a reason', async () => {
    await expect(readTrainingFile(join(folder, 'none.csv'))).rejects.toThrow(/no file/);
    await expect(readTrainingFile(folder)).rejects.toThrow(/no file/);
    await expect(
      readTrainingFile(file('a.csv', Buffer.from([0x89, 0x50, 0x4e, 0x47, 1, 2]))),
    ).rejects.toThrow(/PNG/);
  });
});

describe('training', () => {
  it('gives the same model, to the last bit, for the same rows and seed', () => {
    const train = (seed: number): string => {
      const model = trainOnTable(readTrainingTable(history), planOf(['logistic'], seed), silent);
      const provenance = { ...model.provenance, trainedAt: '', durationMs: 0 };
      return Buffer.from(encodeModelFile({ ...model, provenance }, () => new Uint8Array(32))).toString('hex');
    };
    expect(train(3)).toBe(train(3));
    expect(train(3)).not.toBe(train(4));
  });

  it('takes the family with the least log loss in cross-validation', () => {
    const families = ['forest', 'logistic'] as const;
    const { estimator, evaluation } = trainOnTable(readTrainingTable(history), planOf(families, 3), silent);
    const best = [...evaluation.candidates].sort((a, b) => a.logLoss - b.logLoss)[0]!;
    expect(evaluation.candidates.map(({ family }) => family)).toEqual(families);
    expect(estimator.family).toBe(best.family);
  });

  it('keeps a fifth of the rows out of its sight and states what the majority class does on them', () => {
    const { evaluation } = trainOnTable(readTrainingTable(history), plan, silent);
    expect([evaluation.trainingRows, evaluation.holdoutRows]).toEqual([320, 80]);
    const { truePositives, falsePositives, trueNegatives, falseNegatives } = evaluation.holdout.confusion;
    expect(truePositives + falsePositives + trueNegatives + falseNegatives).toBe(80);
    expect(evaluation.baseline.rocAuc).toBe(0.5);
  });

  it('uses only the given columns under their given names, and drops others', () => {
    const table = readTrainingTable(history);
    const few = trainOnTable(table, { ...plan, only: ['contract', 'monthly_charges', 'nonsense'] }, silent);
    expect(few.schema.features.map(({ name }) => name)).toEqual(['contract', 'monthly_charges']);
    expect(few.schema.value).toBe('monthly_charges');
    const without = trainOnTable(table, planOf(['logistic'], 3, { drop: ['Contract', 'gender'] }), silent);
    expect(without.schema.features).toHaveLength(17);
  });

  it('keeps the rows of one customer, and rows equal but for the customer, on one side of the hold-out', () => {
    // Each customer in three months, and some rows again under another name.
    const [header, ...rows] = customersCsv(300, 5, true).trimEnd().split('\n');
    const months = [0, 1, 2].flatMap((month) =>
      rows.map((row) => `${row.slice(0, row.indexOf(','))},${month},${row.slice(row.indexOf(',') + 1)}`),
    );
    const copies = months.slice(0, 40).map((row, i) => `X${i}${row.slice(row.indexOf(','))}`);
    const table = readTrainingTable([header!.replace(',', ',month,'), ...months, ...copies].join('\n'));
    expect(table.columns[0]).toMatchObject({ name: 'customerID', role: 'identifier' });
    const { groups } = prepareTraining(table, null);
    for (let i = 0; i < 300; i++) {
      expect(groups![i + 300]).toBe(groups![i]);
      expect(groups![i + 600]).toBe(groups![i]);
      if (i < 40) expect(groups![i + 900]).toBe(groups![i]);
    }
    expect(new Set(groups).size).toBe(300);
    const { evaluation } = trainOnTable(table, plan, silent);
    expect(evaluation.holdoutCustomers).toBeLessThan(evaluation.holdoutRows / 2);
    // Names learned by heart do not help: a forest of copies would find nearly all.
    const { metrics } = evaluateTable(table, 'forest', {
      folds: 3,
      repeats: 1,
      seed: 1,
      foldColumns: [],
      drop: [],
    });
    expect(metrics.rocAuc).toBeLessThan(0.9);
    const unnamed = {
      ...table,
      columns: table.columns.map((column) => ({
        ...column,
        role: column.role === 'identifier' ? ('ignored' as const) : column.role,
      })),
    };
    const leaky = evaluateTable(unnamed, 'forest', {
      folds: 3,
      repeats: 1,
      seed: 1,
      foldColumns: [],
      drop: [],
    });
    expect(leaky.metrics.rocAuc).toBeGreaterThan(metrics.rocAuc + 0.03);
  });

  it('refuses what cannot be learned from', () => {
    const tiny = readTrainingTable(labelled('Churn', ['Yes', 'No', 'No']));
    expect(() => trainOnTable(tiny, plan, silent)).toThrow(/5 folds need at least 5 rows/);
    expect(() => trainOnTable(readTrainingTable(history), { ...plan, only: ['nonsense'] }, silent)).toThrow();
  });

  it('finds nothing in shuffled labels', () => {
    // The label of the next customer but one: every other column is as it was.
    const [header, ...rows] = customersCsv(1_500, 8, true).trimEnd().split('\n');
    const labels = rows.map((row) => row.split(',').at(-1)!);
    const shifted = rows.map((row, i) => row.replace(/[^,]+$/, labels[(i + 2) % rows.length]!));
    const table = readTrainingTable([header, ...shifted].join('\n'));
    const { candidates } = trainOnTable(table, planOf(['logistic', 'boosting'], 3), silent).evaluation;
    for (const { rocAuc } of candidates) expect(Math.abs(rocAuc - 0.5)).toBeLessThan(0.06);
  });
});

describe('a label in several spellings', () => {
  const written = ['TRUE', 'True', 'FALSE', ' false', 'true ', 'False'];
  const csv = (header = 'Churn') =>
    `id,age,${header}\n${Array.from({ length: 60 }, (_, i) => `c${i},${20 + (i % 9)},${written[i % 6]!}`).join('\n')}\n`;

  it('counts every customer who left, for training and for evaluation on the command line', () => {
    const { target, label } = prepareTraining(readTrainingTable(csv()), null);
    expect(target.reduce((sum, one) => sum + one, 0)).toBe(30);
    expect(label.positive.trim().toLowerCase()).toBe('true');
    expect(label.negative.trim().toLowerCase()).toBe('false');
  });

  it('takes the chosen level in any spelling', () => {
    const table = readTrainingTable(csv('status'), { label: 'status', positive: ' tRuE' });
    const { target } = prepareTraining(table, null);
    expect(target.reduce((sum, one) => sum + one, 0)).toBe(30);
  });
});
