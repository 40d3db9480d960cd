import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { loadModelFile } from '../../../src/domain/models/files.ts';
import { optionsFor } from '../../../src/domain/training/options.ts';
import { readTrainingTable } from '../../../src/domain/training/table.ts';
import { fitTraining } from '../../../src/domain/training/queue.ts';
import { customersCsv } from '../../helpers/app.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-trainings-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

it('a model names the file that was brought, not the CSV that was made of it', async () => {
  const csv = customersCsv(200, 5, true);
  const path = join(folder, 'table');
  writeFileSync(path, csv);
  const sha256 = 'a'.repeat(64);
  const { file } = await fitTraining(
    {
      name: 'Model',
      datasetName: 'Workbook',
      path,
      sha256,
      rowCount: 200,
      columns: readTrainingTable(csv).columns,
      label: { kind: 'column', column: 'Churn', positive: 'Yes' },
      options: { ...optionsFor('quick'), families: ['logistic'] },
    },
    { modelsDir: folder, trainingMemoryMb: 1_024, onProgress: () => undefined },
  );
  expect((await loadModelFile(join(folder, file))).provenance.datasetHash).toBe(sha256);
}, 60_000);
