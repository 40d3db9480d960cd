/** Figures are computed before anybody asks for them, once for each change of the scores. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createApp } from '../../src/app.ts';
import { createFigureReader } from '../../src/routes/figure-reader.ts';
import { createFigureWarming } from '../../src/routes/figure-warming.ts';
import { inTransaction } from '../../src/db.ts';
import { getModel } from '../../src/store/models.ts';
import type { ModelRecord } from '../../src/store/models.ts';
import { markLatest } from '../../src/store/score-files/mark-latest.ts';
import type { Tasks } from '../../src/tasks/tasks.ts';
import { activateSmallModel, createTestApp, setUpOrganisation, signIn } from '../helpers/app.ts';
import type { TestApp } from '../helpers/app.ts';
import { storeBatch, storeScores } from '../helpers/predictions.ts';

let test: TestApp;
let model: ModelRecord;
let ran: string[];
let tasks: Tasks;
beforeEach(async () => {
  test = await createTestApp();
  await setUpOrganisation(test);
  model = await getModel(test.context.db, await activateSmallModel(test));
  ran = [];
  tasks = {
    run: (name, args) => {
      ran.push(name);
      return test.context.tasks.run(name, args);
    },
  };
});
afterEach(() => test.close());

async function scoreFile(rows: number): Promise<void> {
  const { context } = test;
  const batchId = await storeBatch(test, model.id, rows);
  await storeScores(test, model, rows, { batchId });
  const store = { db: context.db, folder: context.config.uploadsDir };
  await inTransaction(context.db, (trx) => markLatest(trx, store, batchId));
}

const countFigures = (): number => ran.filter((name) => name === 'listFigures').length;

describe('figures by column', () => {
  it('are there when somebody opens the first page or analytics after a file was scored', async () => {
    const context = { ...test.context, tasks };
    const readFigures = createFigureReader(tasks);
    const warm = createFigureWarming(context, readFigures);
    const agent = await signIn({ ...test, app: createApp(context, { readFigures }) }, 'viewer');
    for (const files of [1, 2]) {
      await scoreFile(20 * files);
      await warm();
      await agent.get('/').expect(200);
      await agent.get('/analytics').expect(200);
      expect(countFigures()).toBe(files);
    }
  });

  it('are not computed again where nothing has changed', async () => {
    const warm = createFigureWarming({ ...test.context, tasks }, createFigureReader(tasks));
    await scoreFile(20);
    await warm();
    const before = ran.length;
    await warm();
    expect(ran).toHaveLength(before);
    expect(countFigures()).toBe(1);
  });

  it('are left to the pages where they cannot be computed', async () => {
    const warnings: string[] = [];
    const log = { ...test.context.log, warn: (_: object, message: string) => warnings.push(message) };
    const failing: Tasks = { run: () => Promise.reject(new Error('There is no room.')) };
    const warm = createFigureWarming({ ...test.context, log, tasks: failing }, createFigureReader(failing));
    await scoreFile(20);
    await warm();
    expect(warnings).toEqual(['Figures could not be computed in advance']);
  });
});
