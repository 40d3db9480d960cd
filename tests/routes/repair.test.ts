import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type request from 'supertest';
import { paperColumns } from '../../src/domain/sample/files.ts';
import { getBatch, listMendsOf } from '../../src/store/batches.ts';
import { listPredictions, noFilter } from '../../src/store/predictions.ts';
import { activateSmallModel, createTestApp, csrfToken, setUpOrganisation, signIn } from '../helpers/app.ts';
import type { TestApp } from '../helpers/app.ts';
import { header } from '../helpers/corpus.ts';
import { runJobs } from '../helpers/work.ts';

let test: TestApp;
let agent: ReturnType<typeof request.agent>;
beforeAll(async () => {
  test = await createTestApp();
  await setUpOrganisation(test);
  await activateSmallModel(test, paperColumns);
  agent = await signIn(test, 'analyst');
});
afterAll(() => test.close());

const post = async (path: string, fields: Record<string, string>) => {
  const _csrf = await csrfToken(agent, '/account');
  return agent
    .post(path)
    .type('form')
    .send({ ...fields, _csrf });
};

/** Uploads a file whose columns match, and has it checked. */
async function checked(text: string): Promise<number> {
  const csrf = await csrfToken(agent, '/account');
  const answer = await agent.post(`/upload?csrf=${csrf}`).attach('file', Buffer.from(text), 'customers.csv');
  await runJobs(test.context);
  return Number(/\/upload\/(\d+)/.exec(answer.headers['location']!)![1]);
}

async function scored(text: string): Promise<number> {
  const id = await checked(text);
  await post(`/upload/${id}/scoring`, {});
  await runJobs(test.context);
  return id;
}

const good = 'ok,Two year,No,No,DSL,No,3,20,60';
const scoresOf = (id: number) =>
  listPredictions(test.context.db, { ...noFilter, batch: id }, { key: 'date', descending: false }, 10, 0);

describe('mending rejected rows', () => {
  const file = `${header}\n${good}\nbad,Two year,No,No,DSL,No,three,20,60\nworse,One year,No,No,DSL,No,x,y,60\nshort,No\n`;
  let id: number;
  beforeAll(async () => {
    id = await scored(file);
  });

  it('shows each bad cell with what was found and what is expected, and what only the file can mend', async () => {
    const { text } = await agent.get(`/upload/${id}/repair`).expect(200);
    expect(text).toContain('name="r3_6" value="three"');
    expect(text).toContain('name="r4_6" value="x"');
    expect(text).toContain('name="r4_7" value="y"');
    expect(text).toMatch(/Expected a number such as/);
    expect(text).toMatch(/Only to be mended in the file[\s\S]*Row 5/);
  });

  it('tells every cell that still cannot be read, and keeps what was typed', async () => {
    const answer = await post(`/upload/${id}/repair`, { r3_6: 'four', r4_6: '5', r4_7: 'still y' });
    expect(answer.status).toBe(422);
    expect(answer.text).toMatch(/Row 3, tenure: found &#39;four&#39;/);
    expect(answer.text).toMatch(/Row 4, monthlycharges: found &#39;still y&#39;/);
    expect(answer.text).toContain('name="r4_6" value="5"');
  });

  it('says so when nothing was changed', async () => {
    const answer = await post(`/upload/${id}/repair`, { r3_6: 'three' });
    expect(answer.status).toBe(422);
    expect(answer.text).toContain('Nothing was changed');
  });

  it('scores the mended rows as an upload of their own; the first stays as it was', async () => {
    const before = await getBatch(test.context.db, id);
    const answer = await post(`/upload/${id}/repair`, { r3_6: '4', r4_6: 'x', r4_7: 'y' });
    expect(answer.status).toBe(303);
    await runJobs(test.context);
    const [mend] = await listMendsOf(test.context.db, id);
    expect([mend!.rowCount, mend!.state]).toEqual([1, 'checked']);
    await post(`/upload/${mend!.id}/scoring`, {});
    await runJobs(test.context);
    const [score] = await scoresOf(mend!.id);
    expect([score!.customerId, score!.inputs['tenure']]).toEqual(['bad', '4']);
    expect(await getBatch(test.context.db, id)).toEqual(before);
    expect((await agent.get(`/upload/${id}/repair`)).text).toContain(`href="/upload/${mend!.id}"`);
  });

  it('is for those who may upload', async () => {
    const viewer = await signIn(test, 'viewer');
    await viewer.get(`/upload/${id}/repair`).expect(403);
  });
});

describe('a level that the file calls otherwise', () => {
  const file = `${header}\na,Monthly <b>,No,No,DSL,No,3,20,60\nb,Two year,No,No,DSL,No,3,20,60\n`;

  it('is explained once, the file is checked again, and every score says what was read as what', async () => {
    const id = await checked(file);
    const { text } = await agent.get(`/upload/${id}/repair`).expect(200);
    expect(text).toContain('Monthly &lt;b&gt;');
    const answer = await post(`/upload/${id}/repair/levels`, { meaning0: 'Month-to-month' });
    expect(answer.status).toBe(303);
    await runJobs(test.context);
    await post(`/upload/${id}/scoring`, {});
    await runJobs(test.context);
    const [first, second] = await scoresOf(id);
    expect(first!.inputs['contract']).toBe('Month-to-month');
    expect(first!.notes).toContain("contract: 'Monthly <b>' read as Month-to-month");
    expect(second!.notes).toEqual([]);
  });

  it('is remembered for the next file', async () => {
    const [first] = await scoresOf(await scored(file));
    expect(first!.notes).toContain("contract: 'Monthly <b>' read as Month-to-month");
  });

  it('must be one of the levels offered', async () => {
    const id = await checked(file.replace('Monthly <b>', 'constructor'));
    const answer = await post(`/upload/${id}/repair/levels`, { meaning0: 'Nonsense' });
    expect(answer.status).toBe(422);
  });
});

describe('a column that a person matched by hand', () => {
  const odd = header.replace('contract', 'Vertragsart');

  it('is found by itself in the next file', async () => {
    const csrf = await csrfToken(agent, '/account');
    const answer = await agent
      .post(`/upload?csrf=${csrf}`)
      .attach('file', Buffer.from(`${odd}\n${good}\n`), 'odd.csv');
    expect(answer.headers['location']).toMatch(/mapping$/);
    const id = Number(/\/upload\/(\d+)/.exec(answer.headers['location']!)![1]);
    const { modelId } = await getBatch(test.context.db, await scored(`${header}\n${good}\n`));
    const places = Object.fromEntries(paperColumns.map((_, j) => [`f${j}`, String(j + 1)]));
    await post(`/upload/${id}/mapping`, { model: String(modelId), ...places, identifier: '0' });
    await runJobs(test.context);
    const again = await agent
      .post(`/upload?csrf=${csrf}`)
      .attach('file', Buffer.from(`${odd}\n${good}\n`), 'odd-again.csv');
    expect(again.headers['location']).toMatch(/progress$/);
    const next = Number(/\/upload\/(\d+)/.exec(again.headers['location']!)![1]);
    expect((await agent.get(`/upload/${next}/mapping`)).text).toContain('Remembered from an earlier file');
  });
});
