/** Small models of generated customers in the registry, and files of customers scored by the active one. */
import { storeModel, trainOnTable } from '../../src/domain/training.ts';
import { readTrainingTable } from '../../src/domain/training-table.ts';
import { getModel } from '../../src/store/models.ts';
import type { ModelRecord } from '../../src/store/models.ts';
import { listPredictions, noFilter } from '../../src/store/predictions.ts';
import { csrfToken, customersCsv } from './app.ts';
import type { TestApp } from './app.ts';
import { postForm } from './datasets.ts';
import type { Agent } from './datasets.ts';
import { planOf } from './plan.ts';
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
  const token = await csrfToken(agent, '/account');
  const answer = await agent.post(`/upload?csrf=${token}`).attach('file', Buffer.from(csv), 'customers.csv');
  const [, id] = /\/upload\/(\d+)/.exec(answer.headers['location'] ?? '') ?? [];
  await runJobs(test.context);
  await postForm(agent, `/upload/${id!}/scoring`);
  await runJobs(test.context);
  const filter = { ...noFilter, batch: Number(id) };
  const rows = await listPredictions(test.context.db, filter, { key: 'date', descending: false }, 1_000, 0);
  return {
    id: Number(id),
    scores: new Map(rows.map(({ customerId, probability }) => [customerId!, probability])),
  };
}

/** Sends a file to the list of models. */
export async function sendModel(agent: Agent, bytes: Buffer, name: string) {
  const token = await csrfToken(agent, '/account');
  return agent.post(`/models?csrf=${token}`).attach('file', bytes, name);
}
