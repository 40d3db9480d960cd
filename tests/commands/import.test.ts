/** `holdfast import` as a person runs it, on an installation that is running. */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getModel } from '../../src/store/models.ts';
import type { Dataset } from '../../src/store/datasets.ts';
import { createTestApp, setUpOrganisation, signIn } from '../helpers/app.ts';
import type { TestApp } from '../helpers/app.ts';
import { postForm, uploadDataset } from '../helpers/datasets.ts';

const oracle = JSON.parse(readFileSync(join(import.meta.dirname, '../oracles/onnx-import.json'), 'utf8')) as {
  csv: string;
  models: Record<string, { onnx: string }>;
};

let test: TestApp;
let dataset: Dataset;
beforeAll(async () => {
  test = await createTestApp();
  await setUpOrganisation(test);
  const admin = await signIn(test, 'admin');
  dataset = await uploadDataset(test, admin, oracle.csv, 'telecom.csv');
  const label = { kind: 'column', column: 'Churn', positive: 'Yes' };
  await postForm(admin, `/datasets/${dataset.id}/label`, label);
  const { onnx } = oracle.models['gradient boosting']!;
  writeFileSync(join(test.context.config.dataDir, 'Team model.onnx'), Buffer.from(onnx, 'base64'));
  writeFileSync(join(test.context.config.dataDir, 'broken.onnx'), onnx);
});
afterAll(() => test.close());

function holdfast(...words: string[]) {
  const { databaseUrl, dataDir, modelsDir, uploadsDir } = test.context.config;
  const cli = join(import.meta.dirname, '../../src/cli.ts');
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', import.meta.resolve('tsx'), cli, 'import', ...words],
    {
      cwd: dataDir,
      encoding: 'utf8',
      env: {
        ...process.env,
        DATABASE_URL: databaseUrl,
        DATA_DIR: dataDir,
        MODELS_DIR: modelsDir,
        UPLOADS_DIR: uploadsDir,
      },
    },
  );
  return { status, stdout, stderr };
}

describe('holdfast import', () => {
  it('measures a model, adds it as a candidate and prints its figures', async () => {
    const answer = holdfast('Team model.onnx', '--dataset', String(dataset.id), '--seen', 'perhaps');
    expect([answer.status, answer.stderr]).toEqual([0, '']);
    expect(answer.stdout).toMatch(
      /^v1 Team model imported as a candidate\. On 80 held-out customers:\n {2}AUC 0\.\d{4} .*\n Unproven: it may have learned from them\.\n$/,
    );
    const model = await getModel(test.context.db, 1);
    expect(model).toMatchObject({ name: 'Team model', state: 'candidate', family: 'boosting' });
    expect(model.evaluation).toMatchObject({ holdoutRows: 80, unproven: true });
  });

  it.each([
    [
      'broken.onnx',
      '1',
      'The file is damaged, or neither an ONNX model nor a model that XGBoost saved as JSON.',
    ],
    ['Team model.onnx', '99', 'There is no such dataset, or you have no access to it.'],
  ])('ends with 1, says why, and adds nothing: %s, dataset %s', async (file, number, message) => {
    const answer = holdfast(file, '--dataset', number, '--seen', 'no');
    expect(answer).toEqual({ status: 1, stdout: '', stderr: `holdfast: ${message}\n` });
    await expect(getModel(test.context.db, 2)).rejects.toThrow();
  });
});
