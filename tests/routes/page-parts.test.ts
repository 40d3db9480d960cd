import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Unavailable } from '../../src/errors.ts';
import { getModel } from '../../src/store/models.ts';
import type { TaskName, Tasks } from '../../src/tasks/tasks.ts';
import { activateSmallModel, createTestApp, setUpOrganisation, signIn } from '../helpers/app.ts';
import type { TestApp } from '../helpers/app.ts';
import type { Agent } from '../helpers/datasets.ts';
import { storeScores } from '../helpers/predictions.ts';
import { runTasksHere } from '../helpers/tasks.ts';

/** Tasks that are refused as when they are late. */
const late = new Set<TaskName>();
/** Tasks that end only when a test lets them. */
const held = new Map<TaskName, Promise<void>>();

let test: TestApp;
let agent: Agent;
beforeAll(async () => {
  test = await createTestApp({ PAGE_WAIT_MS: '1000' }, (config) => {
    const pool = runTasksHere(config);
    const run = async (name: TaskName, args: never) => {
      if (late.has(name)) throw new Unavailable('Too many customers.');
      await held.get(name);
      return pool.run(name, args);
    };
    return { ...pool, run: run as Tasks['run'] };
  });
  await setUpOrganisation(test);
  await storeScores(test, await getModel(test.context.db, await activateSmallModel(test)), 60);
  agent = await signIn(test, 'analyst');
});
afterAll(() => test.close());

const parts = [
  ['listFigures', 'The figures by column'],
  ['probabilityHistogram', 'This figure'],
] as const;

describe.each([
  ['/', '/'],
  ['/analytics?risk=high', '/analytics?risk=high'],
])('figures of %s that fail or are late', (path, again) => {
  it.each(parts)('are said to be missing, with a link to try again: %s', async (task, what) => {
    late.add(task);
    const { text } = await agent.get(path).expect(200);
    late.clear();
    expect(text).toContain(`${what} could not be loaded. <a href="${again}">Try again</a>`);
    // The rest is there.
    expect(text).toContain('Expected monthly loss');
    expect((await agent.get(path).expect(200)).text).not.toContain('could not be loaded');
  });
});

it('says on the first page that the key figures, and what is made from them, are missing', async () => {
  late.add('sumPredictions');
  const { text } = await agent.get('/').expect(200);
  late.clear();
  for (const what of ['The key figures', 'The figures by column'])
    expect(text).toContain(`${what} could not be loaded. <a href="/">Try again</a>`);
});

describe('a figure that takes longer than a page waits', () => {
  it('is said to be counted still; the page looks again by itself, and then has it', async () => {
    let letGo = (): void => undefined;
    held.set('listFigures', new Promise((done) => (letGo = done)));
    const early = await agent.get('/analytics?risk=low').expect(200);
    expect(early.text).toContain('The figures by column: still being counted.');
    expect(early.text).toContain('data-page-waits');
    expect(early.text).toContain('Expected monthly loss');
    letGo();
    const later = await agent.get('/analytics?risk=low').expect(200);
    expect(later.text).not.toContain('still being counted');
    expect(later.text).not.toContain('data-page-waits');
  });
});
