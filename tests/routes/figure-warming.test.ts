/** Figures are computed before anybody asks for them, once for each change of the scores. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createApp } from '../../src/app.ts';
import { createFigureWarming } from '../../src/routes/figure-warming.ts';
import { createKeptFigures } from '../../src/routes/kept-figures.ts';
import { inTransaction } from '../../src/db.ts';
import { getModel } from '../../src/store/models.ts';
import { updateBatch } from '../../src/store/batches.ts';
import { noFilter } from '../../src/store/prediction-filters.ts';
import type { User } from '../../src/domain/people/accounts.ts';
import { saveFilter } from '../../src/domain/segments/segments.ts';
import type { ModelRecord } from '../../src/store/models.ts';
import { markLatest } from '../../src/store/score-files/mark-latest.ts';
import type { Tasks } from '../../src/tasks/tasks.ts';
import { activateSmallModel, createTestApp, setUpOrganisation, signIn } from '../helpers/app.ts';
import type { TestApp } from '../helpers/app.ts';
import { storeBatch, storeScores } from '../helpers/predictions.ts';

let test: TestApp;
let admin: User;
let model: ModelRecord;
let ran: string[];
let tasks: Tasks;
beforeEach(async () => {
  test = await createTestApp();
  admin = await setUpOrganisation(test);
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

async function scoreFile(rows: number): Promise<number> {
  const { context } = test;
  const batchId = await storeBatch(test, model.id, rows);
  await storeScores(test, model, rows, { batchId });
  const store = { db: context.db, folder: context.config.uploadsDir };
  await inTransaction(context.db, (trx) => markLatest(trx, store, batchId));
  return batchId;
}

const count = (task: string): number => ran.filter((name) => name === task).length;
const countFigures = (): number => count('listFigures');

describe('figures by column', () => {
  it('are there when somebody opens the first page or analytics after a file was scored', async () => {
    const context = { ...test.context, tasks };
    const figures = createKeptFigures(context);
    const warm = createFigureWarming(context, figures);
    const agent = await signIn({ ...test, app: createApp(context, { figures }) }, 'viewer');
    for (const files of [1, 2]) {
      await scoreFile(20 * files);
      await warm();
      await agent.get('/').expect(200);
      await agent.get('/analytics').expect(200);
      expect(countFigures()).toBe(files);
    }
  });

  it('include the movement since the file before, for the first page and that of the movement', async () => {
    const context = { ...test.context, tasks };
    const figures = createKeptFigures(context);
    const warm = createFigureWarming(context, figures);
    const agent = await signIn({ ...test, app: createApp(context, { figures }) }, 'viewer');
    const earlier = await scoreFile(20);
    await updateBatch(context.db, earlier, { scoresAt: '2026-11-19T12:00:00.000Z' });
    await scoreFile(30);
    await warm();
    expect(count('readMovement')).toBe(1);
    await agent.get('/').expect(200);
    await agent.get('/analytics/movement').expect(200);
    expect(count('readMovement')).toBe(1);
  });

  it('include the sizes of segments', async () => {
    const context = { ...test.context, tasks };
    const figures = createKeptFigures(context);
    const agent = await signIn({ ...test, app: createApp(context, { figures }) }, 'viewer');
    const filter = { ...noFilter, column: 'Contract', level: 'Two year' };
    await saveFilter(test.context.db, admin, { name: 'Two years', filter });
    await scoreFile(20);
    await createFigureWarming(context, figures)();
    const before = count('sumPredictions');
    await agent.get('/segments').expect(200);
    // Of everybody only.
    expect(count('sumPredictions')).toBe(before + 1);
  });

  it('are not computed again where nothing has changed', async () => {
    const context = { ...test.context, tasks };
    const warm = createFigureWarming(context, createKeptFigures(context));
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
    const context = { ...test.context, log, tasks: failing };
    const warm = createFigureWarming(context, createKeptFigures(context));
    await scoreFile(20);
    await warm();
    expect(warnings).toEqual(['Figures could not be computed in advance']);
  });
});
