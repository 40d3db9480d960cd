import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listEvents } from '../../src/store/audit.ts';
import { activateSmallModel, createTestApp, setUpOrganisation, signIn } from '../helpers/app.ts';
import type { TestApp } from '../helpers/app.ts';
import { errorsOf } from '../helpers/datasets.ts';
import type { Agent } from '../helpers/datasets.ts';

let test: TestApp;
let analyst: Agent;
let viewer: Agent;
let id: number;
beforeAll(async () => {
  test = await createTestApp();
  await setUpOrganisation(test);
  id = await activateSmallModel(test);
  [analyst, viewer] = [await signIn(test, 'analyst'), await signIn(test, 'viewer')];
});
afterAll(() => test.close());

describe('a model for other programs', () => {
  it('is offered on its page to those who may download', async () => {
    expect((await analyst.get(`/models/${id}`)).text).toContain(`href="/models/${id}/export"`);
    expect((await viewer.get(`/models/${id}`)).text).not.toContain('Score elsewhere');
    const page = await analyst.get(`/models/${id}/export`);
    expect(page.text).toContain('SQL for a database');
    expect(page.text).toContain('value="customers"');
    for (const path of ['export', 'sql', 'onnx'])
      expect((await viewer.get(`/models/${id}/${path}`)).status).toBe(403);
  });

  it('is downloaded as SQL, which the audit log says', async () => {
    const answer = await analyst
      .get(`/models/${id}/sql`)
      .query({ dialect: 'duckdb', table: 'crm.people', key: 'no' })
      .buffer();
    expect(answer.status).toBe(200);
    expect(answer.headers['content-disposition']).toContain(`holdfast-model_v${id}_duckdb.sql`);
    const sql = answer.text || String(answer.body);
    expect(sql).toContain('CREATE OR REPLACE VIEW "crm"."people_scores" AS');
    expect(sql).toContain('k AS "no"');
    const filter = { action: 'model.exported', userId: null, from: null, to: null };
    const [event] = await listEvents(test.context.db, filter, 1, 0);
    expect(JSON.parse(event!.after!)).toMatchObject({
      format: 'sql',
      dialect: 'duckdb',
      table: 'crm.people',
    });
  });

  it('is downloaded as an ONNX file', async () => {
    const answer = await analyst.get(`/models/${id}/onnx`).buffer();
    expect(answer.status).toBe(200);
    expect(answer.headers['content-disposition']).toContain(`holdfast-model_v${id}.onnx`);
    // Field 1, the version of the format, then field 2, the producer.
    expect((answer.body as Buffer).subarray(0, 12).toString('latin1')).toBe('\b\n\x12\bHoldfast');
  });

  it('needs a database, a table and a column, and says so beside the fields', async () => {
    const answer = await analyst.get(`/models/${id}/sql`).query({ dialect: 'oracle', table: '', key: '' });
    expect(answer.status).toBe(422);
    expect(errorsOf(answer.text)).toEqual([
      'Choose a database.',
      'Enter the name of the table with the customers.',
      'Enter the column that names a customer.',
    ]);
  });

  it('is none where there is no such model', async () => {
    expect((await analyst.get('/models/999/export')).status).toBe(404);
    const query = { dialect: 'sqlite', table: 't', key: 'k' };
    expect((await analyst.get('/models/999/sql').query(query)).status).toBe(404);
  });
});
