import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../../src/app.ts';
import type { CustomerScore } from '../../../src/domain/scoring/customer-record.ts';
import { reasonWords } from '../../../src/domain/scoring/explanations.ts';
import { Unavailable } from '../../../src/errors.ts';
import { getBatch } from '../../../src/store/batches.ts';
import { getModel } from '../../../src/store/models.ts';
import { insertRule } from '../../../src/store/retention-rules.ts';
import type { TaskName, Tasks } from '../../../src/tasks/tasks.ts';
import { activateSmallModel, createTestApp, setUpOrganisation, signIn } from '../../helpers/app.ts';
import type { TestApp } from '../../helpers/app.ts';
import type { Agent } from '../../helpers/datasets.ts';
import { addCandidate, scoreFile } from '../../helpers/models.ts';
import { newRule } from '../../helpers/rules.ts';
import { detailsOf, listScores } from '../../helpers/scores.ts';

/** Decimal commas, quotes, a blank, a level and a number that training did not have. */
const file = [
  'customerID;tenure;MonthlyCharges;Contract;Dependents',
  'plain;1,5;70,35;Month-to-month;No',
  '"a ""quoted""; one";12;1.234,50;Two year;Yes',
  'odd;;95,10; monthly ;No',
  '=cmd();900;20;One year;',
].join('\n');

let test: TestApp;
let analyst: Agent;
let batchId: number;
let scores: CustomerScore[];
beforeAll(async () => {
  test = await createTestApp();
  await setUpOrganisation(test);
  await activateSmallModel(test, ['tenure', 'MonthlyCharges', 'Contract', 'Dependents']);
  await test.context.db('retention_rules').delete();
  await insertRule(
    test.context.db,
    newRule({ action: 'Call', why: 'They answer calls', cost: 7, saveRate: 0.9, position: 1 }),
  );
  analyst = await signIn(test, 'analyst');
  batchId = (await scoreFile(test, analyst, file)).id;
  scores = await listScores(test, { batch: batchId });
});
afterAll(() => test.close());

const details = () => Promise.all(scores.map((score) => detailsOf(test, score)));
const pageOf = async ({ id }: CustomerScore) => (await analyst.get(`/customers/${id}`).expect(200)).text;
const upload = async () =>
  join(test.context.config.uploadsDir, (await getBatch(test.context.db, batchId)).file);

describe('a score of a file', () => {
  it('has a number of its own, far above those of single scores', () => {
    expect(scores.map(({ id }) => id)).toEqual([0, 1, 2, 3].map((row) => batchId * 2 ** 32 + row));
  });

  it('has the reasons, the action and the notes that the result file says', async () => {
    const { text } = await analyst.get(`/batches/${batchId}/files/scored.csv`).expect(200);
    const lines = text.trimEnd().split('\r\n').slice(1);
    for (const [i, { base, reasons, actions, notes, problem }] of (await details()).entries()) {
      expect([problem, reasons.length]).toEqual([null, 4]);
      const sum = reasons.reduce((total, { points }) => total + points, base!);
      expect(sum).toBeCloseTo(scores[i]!.probability, 9);
      const [first, second, third] = reasons.map((reason) => reasonWords(reason, ','));
      const said = [first, second, third].map((words) => (words!.includes(';') ? `"${words!}"` : words));
      expect(lines[i]).toContain(said.join(';'));
      expect(lines[i]).toContain(notes.join('; '));
      expect(actions).toMatchObject([{ action: 'Call', why: 'They answer calls', cost: 7 }]);
      expect(actions[0]!.expectedSaving).toBe(scores[i]!.expectedSaving);
    }
    expect((await details()).map(({ notes }) => notes.length)).toEqual([0, 1, 2, 2]);
  });

  it('shows them on its page, with every input', async () => {
    const page = await pageOf(scores[2]!);
    expect(page).toContain('Customer odd');
    expect(page).toContain('All others');
    expect(page).toContain('They answer calls');
    expect(page).toContain('Contract &#39; monthly &#39; is not recognised');
    expect(page).toMatch(/Monthly charges<\/dt><dd>95.1</);
    expect(page).not.toContain('cannot be computed');
  });

  it('fills the form of a what-if, is compared with it, and is tested by the rules', async () => {
    const [{ id }] = scores as [CustomerScore];
    const { text: form } = await analyst.get(`/predict?from=${id}`).expect(200);
    expect(form).toContain(`name="compared" value="${id}"`);
    expect(form).toContain('value="70.35"');
    const { text: trial } = await analyst.get(`/settings/rules/test?prediction=${id}`).expect(200);
    expect(trial).toContain('>Matches<');
  });

  it('is not there under a number that no row has', async () => {
    for (const id of [batchId * 2 ** 32 + 4, (batchId + 1) * 2 ** 32, '9007199254740993', '1e3', '0'])
      await analyst.get(`/customers/${id}`).expect(404);
  });
});

describe('what is not stored of a score', () => {
  const withoutNotes = async () =>
    (await details()).map(({ base, reasons, actions }) => ({ base, reasons, actions }));

  it('is computed from the stored inputs where the upload is gone or was changed, and the page says so', async () => {
    const path = await upload();
    const before = await withoutNotes();
    renameSync(path, `${path}.away`);
    expect(await withoutNotes()).toEqual(before);
    expect(await pageOf(scores[0]!)).toContain('The uploaded file was removed or changed.');
    writeFileSync(path, 'x'.repeat(200));
    expect(await withoutNotes()).toEqual(before);
    const [, , odd] = await details();
    expect(odd!.problem).toContain('some notes may be missing');
    expect(odd!.notes.join()).toContain('tenure is missing');
    renameSync(`${path}.away`, path);
    expect((await details()).every(({ problem }) => problem === null)).toBe(true);
  });

  const stored = ({ reasons, expectedSaving }: CustomerScore) => ({
    base: null,
    reasons,
    actions: [{ action: 'Call', why: 'They answer calls', cost: 7, expectedSaving }],
    notes: [],
  });

  it('is left out, with the reason, where the model is gone, damaged, or another one', async () => {
    const { db } = test.context;
    const { file: own, sha256, id } = await getModel(db, scores[0]!.modelId!);
    const other = await addCandidate(test, 'Other', ['tenure', 'MonthlyCharges', 'Contract', 'Dependents']);
    const cases = [
      { file: 'nowhere', sha256, words: 'its model was removed or the file of the model is damaged' },
      { file: other.file, sha256, words: 'its model was removed or the file of the model is damaged' },
      { file: other.file, sha256: other.sha256, words: 'its model now gives another result' },
    ];
    for (const { words, ...change } of cases) {
      await db('models').where({ id }).update(change);
      for (const [i, one] of (await details()).entries()) expect(one).toMatchObject(stored(scores[i]!));
      const page = await pageOf(scores[1]!);
      expect(page).toContain(words);
      expect(page).toContain(`${Math.round(scores[1]!.probability * 100)} %`);
      expect(page).toContain('They answer calls');
      expect(page).toMatch(/Monthly charges<\/dt><dd>1,234.5</);
    }
    await db('models').where({ id }).update({ file: own, sha256 });
  });

  it('is left out where it takes too long', async () => {
    const { tasks } = test.context;
    const run = ((name: TaskName, args: never) =>
      name === 'computeDetails'
        ? Promise.reject(new Unavailable('This took too long.'))
        : tasks.run(name, args)) as Tasks['run'];
    const agent = await signIn({ ...test, app: createApp({ ...test.context, tasks: { run } }) }, 'viewer');
    const { text } = await agent.get(`/customers/${scores[0]!.id}`).expect(200);
    expect(text).toContain('could not be computed again in time');
    expect(text).toContain('They answer calls');
  });
});
