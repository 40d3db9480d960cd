import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listEvents } from '../../src/store/audit.ts';
import { getModel } from '../../src/store/models.ts';
import type { Dataset } from '../../src/store/datasets.ts';
import { createTestApp, csrfToken, setUpOrganisation, signIn } from '../helpers/app.ts';
import type { TestApp } from '../helpers/app.ts';
import { errorsOf, postForm, uploadDataset } from '../helpers/datasets.ts';
import type { Agent, Fields } from '../helpers/datasets.ts';
import { scoreFileWith } from '../helpers/models.ts';

const oracle = JSON.parse(
  readFileSync(join(import.meta.dirname, '../oracles/xgboost-import.json'), 'utf8'),
) as {
  csv: string;
  model: unknown;
  probabilities: number[];
};

let test: TestApp;
let admin: Agent;
let dataset: Dataset;
beforeAll(async () => {
  test = await createTestApp();
  await setUpOrganisation(test);
  admin = await signIn(test, 'admin');
  dataset = await uploadDataset(test, admin, oracle.csv, 'telecom.csv');
  await postForm(admin, `/datasets/${dataset.id}/label`, {
    kind: 'column',
    column: 'Churn',
    positive: 'Yes',
  });
});
afterAll(() => test.close());

async function send(fields: Fields, bytes: string | Buffer | null = JSON.stringify(oracle.model)) {
  const token = await csrfToken(admin, '/account');
  const form = admin.post('/models/import').field('_csrf', token);
  const filled = Object.entries(fields).reduce((sent, [name, value]) => sent.field(name, value), form);
  return bytes === null ? filled : filled.attach('file', Buffer.from(bytes), 'Team <model>.json');
}
const chosen = (seen: string): Fields => ({ dataset: String(dataset.id), seen });
const importedAt = async (location: unknown) =>
  getModel(test.context.db, Number(/^\/models\/(\d+)$/.exec(String(location))![1]));

describe('a model of another program', () => {
  it('is imported by administrators', async () => {
    expect((await admin.get('/models')).text).toContain('href="/models/import"');
    const page = await admin.get('/models/import');
    expect(page.text).toContain(`<option value="${dataset.id}"`);
    expect((await (await signIn(test, 'analyst')).get('/models/import')).status).toBe(403);
  });

  it('becomes a candidate with a card of its own, measured on held-out customers', async () => {
    const answer = await send(chosen('no'));
    expect(answer.status).toBe(303);
    const model = await importedAt(answer.headers['location']);
    expect(model).toMatchObject({ state: 'candidate', family: 'boosting', name: 'Team <model>' });
    expect(model.evaluation.holdoutRows).toBe(80);
    expect(model.evaluation.unproven).toBeUndefined();
    const card = await admin.get(`/models/${model.id}`);
    expect(card.status).toBe(200);
    expect(card.text).toContain('Ranks customers clearly better than');
    expect(card.text).toContain('Gradient boosting with 6 inputs, imported from XGBoost 1.7.4.');
    expect(card.text).toContain('Imported and measured by');
    expect(card.text).not.toContain('Which algorithms were compared?');
    const filter = { action: 'model.imported', userId: null, from: null, to: null };
    const [event] = await listEvents(test.context.db, filter, 1, 0);
    expect(JSON.parse(event!.after!)).toMatchObject({ unproven: false });
  });

  it('scores customers as it does elsewhere', async () => {
    const model = await importedAt((await send(chosen('no'))).headers['location']);
    const { scores } = await scoreFileWith(test, admin, model, oracle.csv);
    const ids = oracle.csv
      .split('\n')
      .slice(1, -1)
      .map((line) => line.split(',')[0]!);
    for (const [row, id] of ids.entries()) expect(scores.get(id)).toBeCloseTo(oracle.probabilities[row]!, 6);
  });

  it('may come as ONNX', async () => {
    const { csv, models } = JSON.parse(
      readFileSync(join(import.meta.dirname, '../oracles/onnx-import.json'), 'utf8'),
    ) as { csv: string; models: Record<string, { onnx: string; given: number[] }> };
    const { onnx, given } = models['logistic regression']!;
    const model = await importedAt(
      (await send(chosen('no'), Buffer.from(onnx, 'base64'))).headers['location'],
    );
    expect(model).toMatchObject({ state: 'candidate', family: 'logistic' });
    const card = await admin.get(`/models/${model.id}`);
    expect(card.text).toContain('Logistic regression with 5 inputs, imported from skl2onnx 1.14.1 (ONNX).');
    const { scores } = await scoreFileWith(test, admin, model, csv);
    const [, first] = csv.split('\n');
    expect(scores.get(first!.split(',')[0]!)).toBeCloseTo(given[0]!, 6);
  });

  it('is said to be unproven where it may have learned from these customers', async () => {
    const model = await importedAt((await send(chosen('perhaps'))).headers['location']);
    expect(model.evaluation.unproven).toBe(true);
    const card = await admin.get(`/models/${model.id}`);
    expect(card.text).toContain('Unproven: it may have learned from the customers that it is measured on.');
  });

  it('needs a file, a dataset and an answer, and leaves nothing behind without them', async () => {
    const files = () => readdirSync(test.context.config.uploadsDir).length;
    const before = files();
    expect(errorsOf((await send({ dataset: '', seen: '' })).text)).toEqual([
      'Choose a dataset.',
      'Say whether the model has learned from these customers.',
    ]);
    expect(errorsOf((await send(chosen('no'), null)).text)).toEqual(['Choose a file first.']);
    expect(errorsOf((await send({ dataset: '', seen: '' }, null)).text)).toEqual([
      'Choose a file first.',
      'Choose a dataset.',
      'Say whether the model has learned from these customers.',
    ]);
    const answer = await send(chosen('no'), '{"learner": 1}');
    expect(answer.status).toBe(422);
    expect(errorsOf(answer.text)).toEqual([
      'The file is not a model of XGBoost. Save it with save_model(&#34;model.json&#34;).',
    ]);
    expect(answer.text).toContain('<option value="no" selected');
    expect(files()).toBe(before);
  });
});
