/** Datasets as people bring them: uploaded through the form, read by their job. */
import type request from 'supertest';
import { getDataset } from '../../src/store/datasets.ts';
import type { Dataset } from '../../src/store/datasets.ts';
import { csrfToken } from './app.ts';
import type { TestApp } from './app.ts';
import { runJobs } from './work.ts';

export type Agent = ReturnType<typeof request.agent>;
export type Fields = Readonly<Record<string, string>>;

/** Sends a form with the token of the session. */
export async function postForm(agent: Agent, path: string, fields: Fields = {}) {
  const _csrf = await csrfToken(agent, '/account');
  return agent
    .post(path)
    .type('form')
    .send({ ...fields, _csrf });
}

/** Uploads a table; its reading is queued. */
export async function sendDataset(
  agent: Agent,
  bytes: string | Buffer,
  name = 'bank.csv',
  fields: Fields = {},
) {
  const csrf = await csrfToken(agent, '/account');
  const sent = agent.post('/datasets').field('_csrf', csrf).attach('file', Buffer.from(bytes), name);
  return Object.entries(fields).reduce((form, [field, value]) => form.field(field, value), sent);
}

/** Uploads a table and reads it. */
export async function uploadDataset(
  test: TestApp,
  agent: Agent,
  ...upload: [bytes: string | Buffer, name?: string, fields?: Fields]
): Promise<Dataset> {
  const answer = await sendDataset(agent, ...upload);
  const [, id] = /^\/datasets\/(\d+)$/.exec(answer.headers['location'] ?? '') ?? [];
  if (id === undefined) throw new Error(`The upload was answered with ${answer.status}.`);
  await runJobs(test.context);
  return getDataset(test.context.db, Number(id));
}

/** A CSV with one more column, made from each row's cells. */
export function withColumn(csv: string, name: string, make: (cells: readonly string[]) => string): string {
  const [header, ...rows] = csv.trimEnd().split('\n');
  return `${[`${header},${name}`, ...rows.map((row) => `${row},${make(row.split(','))}`)].join('\n')}\n`;
}

/** The words of the list of errors at the top of a page. */
export function errorsOf(text: string): string[] {
  const summary = /error-summary[\s\S]*?<\/ul>/.exec(text)?.[0] ?? '';
  return [...summary.matchAll(/<li>([\s\S]*?)<\/li>/g)].map(([, words]) =>
    words!.replace(/<[^>]*>/g, '').trim(),
  );
}
