/** Small models of generated customers in the registry, and files of customers scored by the active one. */
import { storeModel, trainOnTable } from '../../src/domain/training/fit.ts';
import { readTrainingTable } from '../../src/domain/training/table.ts';
import { guessMapping } from '../../src/domain/batches/mapping.ts';
import { getBatch } from '../../src/store/batches.ts';
import { getModel } from '../../src/store/models.ts';
import type { ModelRecord } from '../../src/store/models.ts';
import { csrfToken, customersCsv } from './app.ts';
import type { TestApp } from './app.ts';
import { postForm } from './datasets.ts';
import type { Agent } from './datasets.ts';
import { planOf } from './plan.ts';
import { listScores } from './scores.ts';
import { runJobs } from './work.ts';

/** A candidate: a logistic regression of `only`, or of all columns. */
export async function addCandidate(
  { context }: TestApp,
  name: string,
  only: readonly string[] | null = null,
  csv = customersCsv(400, 11, true),
): Promise<ModelRecord> {
  const model = trainOnTable(readTrainingTable(csv), planOf(['logistic'], 2, { only }), () => undefined);
  const names = { name, datasetId: null, isSample: false };
  return getModel(context.db, await storeModel(context.db, context.config.modelsDir, model, names));
}

/** Scores customers by file; gives the batch, and their probabilities by name as they are stored. */
export async function scoreFile(
  test: TestApp,
  agent: Agent,
  csv: string,
): Promise<{ readonly id: number; readonly scores: ReadonlyMap<string, number> }> {
  return finishScoring(test, agent, await sendCustomers(test, agent, csv));
}

/** The same with a model of one's choice instead of the active one. */
export async function scoreFileWith(test: TestApp, agent: Agent, model: ModelRecord, csv: string) {
  const id = await sendCustomers(test, agent, csv);
  const { features, identifier, value } = guessMapping(
    model.schema,
    (await getBatch(test.context.db, id)).header,
  );
  const places = [
    ...features.map((place, j) => [`f${j}`, place]),
    ['identifier', identifier],
    ['value', value],
  ];
  const fields = Object.fromEntries(places.map(([name, place]) => [String(name), String(place ?? '')]));
  await postForm(agent, `/batches/${id}/mapping`, { ...fields, model: String(model.id) });
  await runJobs(test.context);
  return finishScoring(test, agent, id);
}

async function sendCustomers(test: TestApp, agent: Agent, csv: string): Promise<number> {
  const token = await csrfToken(agent, '/account');
  const answer = await agent
    .post('/batches')
    .field('_csrf', token)
    .attach('file', Buffer.from(csv), 'customers.csv');
  const [, id] = /\/batches\/(\d+)/.exec(answer.headers['location'] ?? '') ?? [];
  await runJobs(test.context);
  return Number(id);
}

async function finishScoring(test: TestApp, agent: Agent, id: number) {
  await postForm(agent, `/batches/${id}/scoring`);
  await runJobs(test.context);
  const rows = await listScores(test, { batch: id });
  return {
    id,
    scores: new Map(rows.map(({ customerId, probability }) => [customerId!, probability])),
  };
}

/** Sends a file to the list of models. */
export async function sendModel(agent: Agent, bytes: Buffer, name: string) {
  const token = await csrfToken(agent, '/account');
  return agent.post('/models').field('_csrf', token).attach('file', bytes, name);
}
