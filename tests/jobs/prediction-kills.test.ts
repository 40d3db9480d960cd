/** A process that is killed while many people score single customers: whatever it has answered is stored. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import request from 'supertest';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { formFields } from '../../src/domain/scoring/one-customer.ts';
import { getModel } from '../../src/store/models.ts';
import { activateSmallModel, createTestApp, csrfToken, password, setUpOrganisation } from '../helpers/app.ts';
import type { TestApp } from '../helpers/app.ts';
import { startWeb } from '../helpers/programs.ts';

vi.setConfig({ testTimeout: 120_000 });

const people = 12;
/** Then it is killed, with the next ones under way. */
const answers = 40;

let test: TestApp;
let modelId: number;
let child: ChildProcess | null = null;
beforeEach(async () => {
  test = await createTestApp();
  await setUpOrganisation(test);
  modelId = await activateSmallModel(test);
});
afterEach(async () => {
  child?.kill('SIGKILL');
  await test.close();
});

/** Each number with the last level of every choice. */
async function customer(): Promise<Record<string, string>> {
  const fields = formFields(await getModel(test.context.db, modelId));
  const values = fields.map(({ name, feature }) => [name, feature.levels.at(-1) ?? '20'] as const);
  return { model: String(modelId), ...Object.fromEntries(values) };
}

it('has stored every score that it has answered', async () => {
  const web = await startWeb(test.context.config);
  child = web.child;
  const agent = request.agent(web.url);
  const signIn = { email: 'ada@example.com', password, _csrf: await csrfToken(agent, '/sign-in') };
  await agent.post('/sign-in').type('form').send(signIn).expect(303);
  const form = { ...(await customer()), _csrf: await csrfToken(agent, '/account') };
  const answered: string[] = [];
  let isKilled = false as boolean;

  const scoreOn = async (person: number): Promise<void> => {
    for (let i = 0; !isKilled; i++) {
      const customerId = `person-${person}-${i}`;
      const post = agent
        .post('/predict')
        .type('form')
        .send({ ...form, customer: customerId });
      // Those under way end with the connection.
      const status = await post.then(
        (answer) => answer.status,
        () => 0,
      );
      if (status === 303) answered.push(customerId);
      if (answered.length < answers) continue;
      isKilled = true;
      web.child.kill('SIGKILL');
    }
  };
  const ended = once(web.child, 'exit');
  await Promise.all(Array.from({ length: people }, (_, person) => scoreOn(person)));
  await ended;

  const stored = (await test.context.db('predictions').pluck('customer_id')) as string[];
  expect(answered.length).toBeGreaterThanOrEqual(answers);
  expect(new Set(stored)).toEqual(new Set([...stored, ...answered]));
  expect(stored).toHaveLength(new Set(stored).size);
});
