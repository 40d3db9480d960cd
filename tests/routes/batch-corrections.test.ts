import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type request from 'supertest';
import { paperColumns } from '../../src/domain/sample/files.ts';
import { getBatch, listCorrectionsOf } from '../../src/store/batches.ts';
import { activateSmallModel, createTestApp, csrfToken, setUpOrganisation, signIn } from '../helpers/app.ts';
import type { TestApp } from '../helpers/app.ts';
import { header } from '../helpers/corpus.ts';
import { detailsOf, listScores } from '../helpers/scores.ts';
import { runJobs } from '../helpers/work.ts';

type Fields = Record<string, string>;

let test: TestApp;
let agent: ReturnType<typeof request.agent>;
beforeAll(async () => {
  test = await createTestApp();
  await setUpOrganisation(test);
  await activateSmallModel(test, paperColumns);
  agent = await signIn(test, 'analyst');
});
afterAll(() => test.close());

const post = async (path: string, fields: Fields) => {
  const _csrf = await csrfToken(agent, '/account');
  return agent
    .post(path)
    .type('form')
    .send({ ...fields, _csrf });
};

/** Uploads a file whose columns match, and has it checked. */
async function checked(text: string): Promise<number> {
  const csrf = await csrfToken(agent, '/account');
  const answer = await agent
    .post('/batches')
    .field('_csrf', csrf)
    .attach('file', Buffer.from(text), 'customers.csv');
  await runJobs(test.context);
  return Number(/\/batches\/(\d+)/.exec(answer.headers['location']!)![1]);
}

async function scored(text: string): Promise<number> {
  const id = await checked(text);
  await post(`/batches/${id}/scoring`, {});
  await runJobs(test.context);
  return id;
}

/** What the form about levels would send. */
const meaning = (found: string, level: string): Fields => ({
  feature0: 'contract',
  found0: found,
  meaning0: level,
});

const good = 'ok,Two year,No,No,DSL,No,3,20,60';
const scoresOf = (id: number) => listScores(test, { batch: id });
const notesOf = async (id: number) =>
  Promise.all((await scoresOf(id)).map(async (score) => (await detailsOf(test, score)).notes));

describe('fixing rejected rows', () => {
  const file = `${header}\n${good}\nbad,Two year,No,No,DSL,No,three,20,60\nworse,One year,No,No,DSL,No,x,y,60\nshort,No\n`;
  let id: number;
  beforeAll(async () => {
    id = await scored(file);
  });

  it('shows each rejected cell with what was found and expected, and rows that only the file can fix', async () => {
    const { text } = await agent.get(`/batches/${id}/corrections`).expect(200);
    expect(text).toContain('name="r3_6" value="three"');
    expect(text).toContain('name="r4_6" value="x"');
    expect(text).toContain('name="r4_7" value="y"');
    expect(text).toMatch(/Expected a number such as/);
    expect(text).toMatch(/To be fixed in the file[\s\S]*Row 5/);
  });

  it('lists the causes: column, what was found, what is expected, and how many rows', async () => {
    const { text } = await agent.get(`/batches/${id}/corrections`);
    expect(text).toMatch(
      /Why rows were rejected[\s\S]*tenure<\/th>\s*<td[^>]*>three · x<\/td>[^]*?numeric"[^>]*>2</,
    );
    expect(text).toMatch(/whole row<\/th>\s*<td[^>]*>2 cells<\/td>\s*<td[^>]*>9 cells, as in the header/);
  });

  it('reports every cell that still cannot be read, in page order, and keeps what was typed', async () => {
    const answer = await post(`/batches/${id}/corrections`, { r3_6: 'four', r4_6: '5', r4_7: 'still y' });
    expect(answer.status).toBe(422);
    expect(answer.text).toMatch(/Row 3, tenure: found &#39;four&#39;/);
    expect(answer.text).toMatch(/Row 4, monthlycharges: found &#39;still y&#39;/);
    expect(answer.text).toContain('name="r4_6" value="5"');
  });

  it('says so when nothing was changed', async () => {
    const answer = await post(`/batches/${id}/corrections`, { r3_6: 'three' });
    expect(answer.status).toBe(422);
    expect(answer.text).toContain('Nothing was changed');
  });

  it('scores the fixed rows as a batch of their own and does not change the first', async () => {
    const before = await getBatch(test.context.db, id);
    const answer = await post(`/batches/${id}/corrections`, { r3_6: '4', r4_6: 'x', r4_7: 'y' });
    expect(answer.status).toBe(303);
    await runJobs(test.context);
    const [correction] = await listCorrectionsOf(test.context.db, id);
    expect([correction!.rowCount, correction!.state]).toEqual([1, 'checked']);
    await post(`/batches/${correction!.id}/scoring`, {});
    await runJobs(test.context);
    const [score] = await scoresOf(correction!.id);
    expect([score!.customerId, score!.inputs['tenure']]).toEqual(['bad', 4]);
    expect(await getBatch(test.context.db, id)).toEqual(before);
    expect((await agent.get(`/batches/${id}/corrections`)).text).toContain(
      `href="/batches/${correction!.id}"`,
    );
  });

  it('links both batches to each other', async () => {
    const [correction] = await listCorrectionsOf(test.context.db, id);
    const first = await agent.get(`/batches/${id}/results`).expect(200);
    expect(first.text).toMatch(
      new RegExp(`<a href="/batches/${correction!.id}">1 fixed row of [^<]+</a>: scored.`),
    );
    const second = await agent.get(`/batches/${correction!.id}/results`).expect(200);
    expect(second.text).toContain(
      `1 fixed row of <a href="/batches/${id}">an earlier file</a>, scored here.`,
    );
  });

  it('makes one batch of a form that is sent twice', async () => {
    const again = await post(`/batches/${id}/corrections`, { r3_6: '4', r4_6: 'x', r4_7: 'y' });
    const corrections = await listCorrectionsOf(test.context.db, id);
    expect([again.status, again.headers['location'], corrections.length]).toEqual([
      303,
      `/batches/${corrections[0]!.id}`,
      1,
    ]);
  });

  it('does not change cells that could be read', async () => {
    await post(`/batches/${id}/corrections`, { r3_0: 'somebody else', r3_6: '7', r5_1: 'Two year' });
    await runJobs(test.context);
    const [correction] = await listCorrectionsOf(test.context.db, id);
    await post(`/batches/${correction!.id}/scoring`, {});
    await runJobs(test.context);
    const scores = await scoresOf(correction!.id);
    expect(scores.map(({ customerId, inputs }) => [customerId, inputs['tenure']])).toEqual([['bad', 7]]);
  });

  it('refuses a form without its token', async () => {
    await agent.post(`/batches/${id}/corrections`).type('form').send({ r3_6: '9' }).expect(403);
    await agent.post(`/batches/${id}/value-mapping`).type('form').send({}).expect(403);
  });

  it('keeps fixed rows when the first batch is deleted', async () => {
    const corrections = await listCorrectionsOf(test.context.db, id);
    await post(`/batches/${id}/removal`, {});
    const { text } = await agent.get(`/batches/${corrections[0]!.id}/results`).expect(200);
    expect(text).not.toContain('an earlier file');
  });

  it('needs the permission to upload', async () => {
    const viewer = await signIn(test, 'viewer');
    await viewer.get(`/batches/${id}/corrections`).expect(403);
  });
});

describe('a file without one good row', () => {
  const file = `${header.replaceAll(',', ';')}\n"<script>x</script>";Two year;No;No;DSL;No;"a ""b"" <i>";20,5;60\n=cmd();Two year;No;No;DSL;No;z;20,5;60\n`;

  it('is fixed before anything is scored, with its own delimiter and decimal sign', async () => {
    const id = await checked(file);
    expect((await agent.get(`/batches/${id}/check`)).text).toContain(`href="/batches/${id}/corrections"`);
    const { text } = await agent.get(`/batches/${id}/corrections`).expect(200);
    expect(text).toContain('value="a &#34;b&#34; &lt;i&gt;"');
    expect(text).not.toMatch(/<script>x|<i>/);
    await post(`/batches/${id}/corrections`, { r2_6: '4', r3_6: '5,5' });
    const [correction] = await listCorrectionsOf(test.context.db, id);
    await runJobs(test.context);
    await post(`/batches/${correction!.id}/scoring`, {});
    await runJobs(test.context);
    const scores = await scoresOf(correction!.id);
    expect(scores.map(({ customerId, inputs }) => [customerId, inputs['tenure']])).toEqual([
      ['<script>x</script>', 4],
      ['=cmd()', 5.5],
    ]);
  });
});

describe('more rejected rows than a page holds', () => {
  it('are shown fifty at a time', async () => {
    const rows = Array.from({ length: 60 }, (_, i) => `c${i},Two year,No,No,DSL,No,x${i},20,60`);
    const id = await checked(`${header}\n${rows.join('\n')}\n`);
    const page = async (query: string) => {
      const { text } = await agent.get(`/batches/${id}/corrections${query}`).expect(200);
      return { cells: text.match(/name="r\d+_6"/g)!.length, hasNext: text.includes('Next rows') };
    };
    expect(await page('')).toEqual({ cells: 50, hasNext: true });
    expect(await page('?page=2')).toEqual({ cells: 10, hasNext: false });
    expect(await page('?page=-7e99')).toEqual({ cells: 50, hasNext: true });
    const answer = await post(`/batches/${id}/corrections`, { page: '2', r61_6: '5' });
    expect(answer.status).toBe(303);
  });
});

describe('a value that has another name in the file', () => {
  const file = `${header}\na,Monthly <b>,No,No,DSL,No,3,20,60\nb,Two year,No,No,DSL,No,3,20,60\n`;

  it('is mapped once, the file is checked again, and every score notes the mapping', async () => {
    const id = await checked(file);
    const { text } = await agent.get(`/batches/${id}/corrections`).expect(200);
    expect(text).toContain('Monthly &lt;b&gt;');
    const answer = await post(`/batches/${id}/value-mapping`, meaning('Monthly <b>', 'Month-to-month'));
    expect(answer.status).toBe(303);
    await runJobs(test.context);
    await post(`/batches/${id}/scoring`, {});
    await runJobs(test.context);
    const [first] = await scoresOf(id);
    expect(first!.inputs['contract']).toBe('Month-to-month');
    const [notes, others] = await notesOf(id);
    expect(notes).toContain("contract: 'Monthly <b>' read as Month-to-month");
    expect(others).toEqual([]);
  });

  it('is remembered for the next file', async () => {
    const [notes] = await notesOf(await scored(file));
    expect(notes).toContain("contract: 'Monthly <b>' read as Month-to-month");
  });

  it('is shown on the check page, and counted there as a note', async () => {
    const { text } = await agent.get(`/batches/${await checked(file)}/check`).expect(200);
    expect(text).toMatch(/Monthly &lt;b&gt;&#39; is read as Month-to-month/);
    expect(text).toContain('1 of them with a note');
  });

  it('keeps its mapping in a batch that was checked, and loses it for the next file', async () => {
    const id = await checked(file);
    const next = await checked(file);
    await post(`/batches/${next}/value-mapping`, meaning('Monthly <b>', ''));
    await runJobs(test.context);
    const scoredNotes = async (batch: number) => {
      await post(`/batches/${batch}/scoring`, {});
      await runJobs(test.context);
      return (await notesOf(batch))[0]!.join();
    };
    expect(await scoredNotes(id)).toContain('read as Month-to-month');
    expect(await scoredNotes(next)).toContain('is not recognised');
  });

  it('must be one of the levels offered', async () => {
    const id = await checked(file.replace('Monthly <b>', 'constructor'));
    const answer = await post(`/batches/${id}/value-mapping`, meaning('constructor', 'Nonsense'));
    expect(answer.status).toBe(422);
  });
});

describe('a column that a person matched by hand', () => {
  const odd = header.replace('contract', 'Vertragsart');

  it('is found by itself in the next file', async () => {
    const csrf = await csrfToken(agent, '/account');
    const answer = await agent
      .post('/batches')
      .field('_csrf', csrf)
      .attach('file', Buffer.from(`${odd}\n${good}\n`), 'odd.csv');
    expect(answer.headers['location']).toMatch(/mapping$/);
    const id = Number(/\/batches\/(\d+)/.exec(answer.headers['location']!)![1]);
    const { modelId } = await getBatch(test.context.db, await scored(`${header}\n${good}\n`));
    const places = Object.fromEntries(paperColumns.map((_, j) => [`f${j}`, String(j + 1)]));
    await post(`/batches/${id}/mapping`, { model: String(modelId), ...places, identifier: '0' });
    await runJobs(test.context);
    const again = await agent
      .post('/batches')
      .field('_csrf', csrf)
      .attach('file', Buffer.from(`${odd}\n${good}\n`), 'odd-again.csv');
    expect(again.headers['location']).toMatch(/progress$/);
    const next = Number(/\/batches\/(\d+)/.exec(again.headers['location']!)![1]);
    expect((await agent.get(`/batches/${next}/mapping`)).text).toContain('Remembered from an earlier file');
  });

  it('is forgotten when a person matches it otherwise', async () => {
    const csrf = await csrfToken(agent, '/account');
    const upload = () =>
      agent
        .post('/batches')
        .field('_csrf', csrf)
        .attach('file', Buffer.from(`${odd}\n${good}\n`), 'odd.csv');
    const id = Number(/\/batches\/(\d+)/.exec((await upload()).headers['location']!)![1]);
    await runJobs(test.context);
    const { modelId } = await getBatch(test.context.db, id);
    const places = Object.fromEntries(paperColumns.slice(1).map((_, j) => [`f${j + 1}`, String(j + 2)]));
    await post(`/batches/${id}/mapping`, { model: String(modelId), f0: '', ...places, identifier: '0' });
    await runJobs(test.context);
    expect((await upload()).headers['location']).toMatch(/mapping$/);
  });
});

describe('mapping unrecognised values', () => {
  it('is offered where a value is unrecognised, not where it is missing', async () => {
    const missing = await scored(`${header}\n${good.replace(',3,', ',,')}\n`);
    expect((await getBatch(test.context.db, missing)).notedCount).toBe(1);
    expect((await agent.get(`/batches/${missing}/results`)).text).not.toContain('Map unrecognised values');
    const unknown = await scored(`${header}\n${good.replace('Two year', 'Weekly')}\n`);
    expect((await agent.get(`/batches/${unknown}/results`)).text).toContain('Map unrecognised values');
  });
});
