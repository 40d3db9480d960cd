/** The real application on a database of its own, with people signed in. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Express } from 'express';
import request from 'supertest';
import { createApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import type { Config } from '../../src/config.ts';
import type { Context } from '../../src/context.ts';
import { migrate, openDatabase } from '../../src/db.ts';
import {
  createSetupToken,
  inviteUser,
  choosePassword,
  setUp,
  toUser,
} from '../../src/domain/people/accounts.ts';
import { generateCustomers, sampleColumns } from '../../src/domain/sample/generator.ts';
import { storeModel, trainOnTable } from '../../src/domain/training/fit.ts';
import { readTrainingTable } from '../../src/domain/training/table.ts';
import { exampleRules } from '../../src/domain/retention/example-rules.ts';
import type { Model } from '../../src/ml/model/model.ts';
import { openFiles } from '../../src/store/files/open-files.ts';
import { activateModel } from '../../src/store/models.ts';
import { insertRule } from '../../src/store/retention-rules.ts';
import type { TaskPool } from '../../src/tasks/task-pool.ts';
import type { Role } from '../../src/domain/people/permissions.ts';
import { createTestDatabase } from './database.ts';
import { runTasksHere } from './tasks.ts';
import { planOf } from './plan.ts';

export const password = 'walnut orbit lantern cedar';

export interface TestApp {
  readonly app: Express;
  readonly context: Context;
  close(): Promise<void>;
}

/** `openTasks`: `startTaskPool` runs tasks in threads, as the program does; without, they run here. */
export async function createTestApp(
  env: Record<string, string> = {},
  openTasks: (config: Config) => TaskPool = runTasksHere,
): Promise<TestApp> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
  const database = await createTestDatabase(folder);
  const config = readConfig({
    NODE_ENV: 'test',
    DATABASE_URL: database.url,
    DATA_DIR: join(folder, 'data'),
    MODELS_DIR: join(folder, 'models'),
    UPLOADS_DIR: join(folder, 'uploads'),
    // Threads from source take longer to start than most trainings of tests take.
    TRAINING_THREADS: '1',
    // Pages of tests have all their figures, however slow the machine is.
    PAGE_WAIT_MS: '60000',
    ...env,
  });
  for (const path of [config.dataDir, config.modelsDir, config.uploadsDir])
    mkdirSync(path, { recursive: true });
  const silent = (): void => undefined;
  const tasks = openTasks(config);
  const context: Context = {
    config,
    db: openDatabase(config.databaseUrl),
    log: { info: silent, warn: silent, error: silent },
    tasks,
  };
  await migrate(context.db);
  return {
    app: createApp(context),
    context,
    close: async () => {
      await tasks.stop();
      await context.db.destroy();
      await database.remove();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Sets the organisation up and gives its administrator. */
export async function setUpOrganisation({ context }: TestApp) {
  const token = await createSetupToken(context.db);
  const person = { name: 'Ada Admin', email: 'ada@example.com', password };
  return toUser(
    await setUp(context.db, token, person, { organisation: 'Northwind', currency: 'EUR', timeZone: 'UTC' }),
  );
}

/** A browser-like client, signed in with the role. Call setUpOrganisation first. */
export async function signIn(test: TestApp, role: Role) {
  const email =
    role === 'admin' ? 'ada@example.com' : `${role}-${Math.random().toString(36).slice(2)}@example.com`;
  if (role !== 'admin') {
    const { token } = await inviteUser(
      test.context.db,
      { id: 1, email: '', name: '', role: 'admin', theme: 'system' },
      { name: `A ${role}`, email, role },
    );
    await choosePassword(test.context.db, token, password);
  }
  const agent = request.agent(test.app);
  const _csrf = await csrfToken(agent, '/sign-in');
  await agent.post('/sign-in').type('form').send({ _csrf, email, password }).expect(303);
  return agent;
}

/** The token that a page's form carries. */
export async function csrfToken(agent: ReturnType<typeof request.agent>, path: string): Promise<string> {
  const { text } = await agent.get(path);
  return /name="_csrf" value="([^"]+)"/.exec(text)?.[1] ?? '';
}

/** Generated customers as CSV, with or without who left. */
export function customersCsv(count: number, seed: number, withLabel = false): string {
  const columns = withLabel ? sampleColumns : sampleColumns.filter((column) => column !== 'Churn');
  const rows = [...generateCustomers(count, seed)].map((customer) =>
    columns.map((column) => customer[column]).join(','),
  );
  return `${[columns.join(','), ...rows].join('\n')}\n`;
}

/** So many customers that scoring takes a while: a few thousand, again and again, each with an identifier of its own. */
export function manyCustomersCsv(count: number): string {
  const [header = '', ...lines] = customersCsv(Math.min(count, 5_000), 5).trim().split('\n');
  const rows = Array.from({ length: count }, (_, i) => `${i}-${lines[i % lines.length]!}`);
  return `${[header, ...rows].join('\n')}\n`;
}

const smallModels = new Map<string, Model>();

/** Always the same model, so that it is fitted once in each file of tests. */
function trainSmall(only: readonly string[] | null): Model {
  const key = JSON.stringify(only);
  const known = smallModels.get(key);
  if (known) return known;
  const table = readTrainingTable(customersCsv(600, 7, true));
  const model = trainOnTable(table, planOf(['logistic'], 1, { only }), () => undefined);
  smallModels.set(key, model);
  return model;
}

/** A small logistic model on generated customers, active, and the example rules as if somebody had reviewed them. */
export async function activateSmallModel(
  { context }: TestApp,
  only: readonly string[] | null = null,
): Promise<number> {
  const model = trainSmall(only);
  const names = { name: 'Small', datasetId: null, isSample: false };
  const { db, config } = context;
  const id = await storeModel(db, config.modelsDir, model, names, openFiles(config));
  await activateModel(context.db, id);
  for (const [position, rule] of exampleRules.entries())
    await insertRule(context.db, { ...rule, position, enabled: true, isExample: false });
  return id;
}
