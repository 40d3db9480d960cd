import { beforeAll, expect, it } from 'vitest';
import { addDays, today } from '../../src/domain/campaigns/days.ts';
import { getModel } from '../../src/store/models.ts';
import { insertOutcomes } from '../../src/store/outcomes.ts';
import { activateSmallModel, customersCsv } from '../helpers/app.ts';
import { scoreFile } from '../helpers/models.ts';
import { storeScores } from '../helpers/predictions.ts';
import { openSite } from '../helpers/site.ts';

const test = openSite('analyst');
let modelId: number;
beforeAll(async () => {
  modelId = await activateSmallModel(test);
});

const pageOf = (query = ''): Promise<string> => test.pageOf(`/models/${modelId}/monitoring${query}`);

it('says that there is nothing yet', async () => {
  const page = await pageOf();
  expect(page).toContain('This model has not scored a file yet.');
  expect(await test.pageOf(`/models/${modelId}`)).toContain(`href="/models/${modelId}/monitoring"`);
});

it('lists the files that the model scored, each with what it means', async () => {
  const { id } = await scoreFile(test, test.agent, customersCsv(300, 41));
  const page = await pageOf();
  expect(page).toContain(`href="/batches/${id}/monitoring">customers.csv`);
  expect(page).toContain('customers.csv, the newest file: This file looks like the training data.');
  expect(page).toContain('As in training');
  expect(page).toMatch(/Outcomes count from \d+ \w+ \d{4} on\./);
});

it('shows what became of the customers beside what was expected', async () => {
  const { db } = test.context;
  const { id, scores } = await scoreFile(test, test.agent, customersCsv(300, 42));
  const scoredOn = addDays(today('UTC', Date.now()), -100);
  await db('batches')
    .where({ id })
    .update({ scores_at: `${scoredOn}T12:00:00.000Z` });
  const outcomes = [...scores.keys()].map((customerId, i) => {
    const hasLeft = i % 2 === 0;
    return { customerId, hasLeft, seenOn: addDays(scoredOn, hasLeft ? 10 : 95) };
  });
  await insertOutcomes(db, { outcomes, source: 'a.csv', userId: 1 });
  const page = await pageOf('?days=90');
  expect(page).toContain('50.0 % left');
  expect(page).toContain(
    'That is more than chance explains: the probabilities are too low for these customers.',
  );
  expect(page).toContain('What happened');
  expect(await pageOf('?days=365')).not.toContain('What happened');
});

it('takes another number of days for the usual one', async () => {
  expect(await pageOf('?days=7')).toContain('within\n90 days');
});

it('counts customers who were scored one by one by month', async () => {
  const { db } = test.context;
  await storeScores(test, await getModel(db, modelId), 60);
  await db('predictions').where('id', '>', 40).update({ created_at: '2026-10-03T10:00:00.000Z' });
  const page = await pageOf();
  expect(page).toMatch(/November 2026<\/th>\s*<td[^>]*>40</);
  expect(page).toMatch(/October 2026<\/th>\s*<td[^>]*>20</);
});
