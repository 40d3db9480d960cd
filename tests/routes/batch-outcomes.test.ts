/** A column of the next file says what became of customers since their earlier score. */
import { beforeAll, describe, expect, it } from 'vitest';
import { scoreBatch } from '../../src/domain/batches/scoring.ts';
import { addDays, today } from '../../src/domain/campaigns/days.ts';
import { getBatch } from '../../src/store/batches.ts';
import { listOutcomes } from '../../src/store/outcomes.ts';
import { activateSmallModel, customersCsv } from '../helpers/app.ts';
import { errorsOf } from '../helpers/datasets.ts';
import { openSite } from '../helpers/site.ts';
import { runJobs } from '../helpers/work.ts';

const test = openSite('analyst');
const { post, postFile, pageOf } = test;
const inputs = ['Contract', 'tenure', 'MonthlyCharges'];
const [header, ...lines] = customersCsv(30, 3).trim().split('\n') as [string, ...string[]];
const ids = lines.map((line) => line.split(',')[0]!);
const day = today('UTC', Date.now());
const words = { outcomeLeft: 'Gone', outcomeStayed: 'Here, still here' };

beforeAll(async () => {
  await activateSmallModel(test, inputs);
  await test.scoreAtOnce([header, ...lines].join('\n'));
});

const cellOf = (cell = ''): string => (cell === '' ? ',' : cell);
/** The file again, with a column for outcomes and one for dates. */
const withOutcomes = (cells: readonly string[]): string =>
  [`${header},Status,Seen`, ...lines.map((line, i) => `${line},${cellOf(cells[i])}`)].join('\n');
const fieldsOf = (names: readonly string[]): Record<string, string> => {
  const placeOf = (name: string): string => String(names.indexOf(name));
  return {
    model: '1',
    ...Object.fromEntries(inputs.map((name, j) => [`f${j}`, placeOf(name)])),
    identifier: '0',
    outcome: placeOf('Status'),
    outcomeDay: placeOf('Seen'),
    ...words,
  };
};

/** Uploads, matches by hand, and scores. */
async function scoreWith(cells: readonly string[], change: Record<string, string> = {}): Promise<number> {
  const id = await uploadWith(cells);
  const names = (await getBatch(test.context.db, id)).header;
  await post(`/batches/${id}/mapping`, { ...fieldsOf(names), ...change }).expect(303);
  await runJobs(test.context);
  await post(`/batches/${id}/scoring`).expect(303);
  await runJobs(test.context);
  return id;
}

async function uploadWith(cells: readonly string[]): Promise<number> {
  const { headers } = await postFile('/batches', withOutcomes(cells)).expect(303);
  await runJobs(test.context);
  return Number(/\d+/.exec(String(headers['location']))![0]);
}

const recordedOf = (customerIds: readonly string[]) => listOutcomes(test.context.db, customerIds);
const reportOf = async (id: number) => (await getBatch(test.context.db, id)).outcomes;

describe('a column of outcomes', () => {
  it('is asked for with the words that mean left and stayed, and none is chosen', async () => {
    const id = await uploadWith([]);
    const text = await pageOf(`/batches/${id}/mapping`);
    expect(text).toContain('The file says which customers have left since their earlier score');
    expect(text).toMatch(/name="outcomeLeft"[^>]*value="yes, true, 1, left, churned, gone"/);
    expect(text).not.toContain('Chosen as in an earlier file');
  });

  it.each([
    [{ identifier: '' }, 'Outcomes belong to customers: match the customer ID above as well.'],
    [{ outcome: '0' }, 'This column is matched above already. Choose another one.'],
    [{ outcomeLeft: ' , ' }, 'Enter the values that mean that a customer left.'],
    [{ outcomeStayed: '' }, 'Enter the values that mean that a customer stayed.'],
    [{ outcomeStayed: 'gone' }, '‘gone’ cannot mean both left and stayed.'],
  ])('that cannot be read is refused: %o', async (change, message) => {
    const id = await uploadWith([]);
    const names = (await getBatch(test.context.db, id)).header;
    const answer = await post(`/batches/${id}/mapping`, { ...fieldsOf(names), ...change }).expect(422);
    expect(errorsOf(answer.text)).toEqual([message]);
  });

  it('is recorded with the scores, for the customers’ earlier scores, and counted on the page', async () => {
    const early = addDays(day, -1);
    const id = await scoreWith([`GONE,${day}`, ' still here ,', `gone,${early}`]);
    expect(await reportOf(id)).toEqual({
      recorded: 2,
      knownBefore: 0,
      blank: 27,
      others: 0,
      early: 1,
      problemCount: 0,
      problems: [],
    });
    expect(await recordedOf(ids)).toEqual([
      { customerId: ids[0], seenOn: day, hasLeft: true },
      { customerId: ids[1], seenOn: day, hasLeft: false },
    ]);
    const text = await pageOf(`/batches/${id}/results`);
    expect(text).toContain('Outcomes of earlier scores: 2 recorded.');
    expect(text).toContain('1 outcome is from before the earlier score and was not recorded.');
  });

  it('is offered again by its name in the next file, before anything is checked', async () => {
    const { headers } = await postFile('/batches', withOutcomes([]), { scoreAtOnce: 'yes' }).expect(303);
    expect(headers['location']).toMatch(/\/mapping$/);
    const text = await pageOf(String(headers['location']));
    expect(text).toContain('Chosen as in an earlier file');
    expect(text).toContain('said outcomes in an earlier file. Confirm below');
    expect(text).toMatch(/name="outcomeStayed"[^>]*value="here, still here"/);
  });

  it('counts what was known before and who has no earlier score, and does not record them again', async () => {
    const { headers } = await postFile(
      '/batches',
      `${withOutcomes([`gone,${day}`, 'here,'])}\n${lines[5]!.replace(ids[5]!, 'new-1')},gone,\n`,
    ).expect(303);
    const id = Number(/\d+/.exec(String(headers['location']))![0]);
    const names = (await getBatch(test.context.db, id)).header;
    await post(`/batches/${id}/mapping`, fieldsOf(names)).expect(303);
    await runJobs(test.context);
    await post(`/batches/${id}/scoring`).expect(303);
    await runJobs(test.context);
    expect(await reportOf(id)).toMatchObject({ recorded: 0, knownBefore: 2, others: 1, blank: 28 });
    expect(await recordedOf(['new-1'])).toEqual([]);
  });

  it.each([
    ['perhaps,', 'word'],
    ['gone,yesterday', 'day'],
    ['gone,2126-01-01', 'future'],
  ])('with a row %s records nothing, and the file is scored', async (cell, kind) => {
    const id = await scoreWith(['', '', '', 'gone,', cell]);
    expect(await getBatch(test.context.db, id)).toMatchObject({ state: 'done', scoredCount: 30 });
    expect(await reportOf(id)).toMatchObject({ recorded: 0, problemCount: 1, problems: [{ row: 6, kind }] });
    expect(await recordedOf([ids[3]!, ids[4]!])).toEqual([]);
    expect(await pageOf(`/batches/${id}/results`)).toContain('none was recorded');
  });

  it('that contradicts what was recorded before records nothing', async () => {
    const id = await scoreWith(['here,', '', 'gone,']);
    expect(await reportOf(id)).toMatchObject({ recorded: 0, problems: [{ row: 2, kind: 'known' }] });
    expect(await recordedOf([ids[2]!])).toEqual([]);
  });

  it('is recorded in the transaction that ends the scoring, however often a crash begins it anew', async () => {
    const { db, config } = test.context;
    const id = await uploadWith(['', '', '', '', '', '', '', '', 'gone,']);
    const names = (await getBatch(db, id)).header;
    await post(`/batches/${id}/mapping`, fieldsOf(names)).expect(303);
    await runJobs(test.context);
    await post(`/batches/${id}/scoring`).expect(303);
    for (let crash = 0; crash < 2; crash++) {
      await scoreBatch(db, config, id, { step: () => Promise.resolve('go on') });
      expect(await recordedOf([ids[8]!])).toEqual([]);
      expect(await reportOf(id)).toBeNull();
    }
    await runJobs(test.context);
    expect(await recordedOf([ids[8]!])).toHaveLength(1);
    expect(await reportOf(id)).toMatchObject({ recorded: 1 });
  });

  it('is not recorded a second time when the file is scored again', async () => {
    const id = await scoreWith(['', '', '', '', '', '', 'gone,']);
    await test.context.db('customer_outcomes').where({ customer_id: ids[6]! }).delete();
    await post(`/batches/${id}/rescoring`).expect(303);
    await runJobs(test.context);
    expect((await getBatch(test.context.db, id)).state).toBe('done');
    expect(await recordedOf([ids[6]!])).toEqual([]);
    expect(await reportOf(id)).toMatchObject({ recorded: 1 });
  });

  it('keeps no text of a row in its report: erasing a customer has nothing to find there', async () => {
    const id = await scoreWith(['', '', '', '', '', '', '', `${ids[7]!},`]);
    const row = await test.context.db('batches').where({ id }).first<{ outcomes: string }>('outcomes');
    expect(row.outcomes).toContain('"word"');
    expect(row.outcomes).not.toContain(ids[7]);
  });
});
