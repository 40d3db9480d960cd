/**
 * Sets up a new database: example rules and, unless switched off, the sample (files, two trained models, and scores of
 * the current customers). Each step checks whether it has been done, so that the next start completes an interrupted
 * one.
 */
import { existsSync } from 'node:fs';
import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../../config.ts';
import { inTransaction } from '../../db.ts';
import type { Db } from '../../db.ts';
import type { OnStep } from '../../ml/estimator.ts';
import { insertBatch, listSampleBatches } from '../../store/batches.ts';
import { openFiles } from '../../store/files/open-files.ts';
import { insertDataset, listSampleDatasets } from '../../store/datasets.ts';
import { enqueueJob, listJobs } from '../../store/jobs.ts';
import type { Job } from '../../store/jobs.ts';
import { activateModel, findActiveModel, listModels } from '../../store/models.ts';
import { insertRule, listRules } from '../../store/retention-rules.ts';
import { getSettings, saveSettings } from '../../store/settings.ts';
import { startScoring } from '../batches/batches.ts';
import { takeInCsv } from '../csv/intake.ts';
import { exampleRules } from '../retention/example-rules.ts';
import { describeDataset } from '../datasets/import/reading.ts';
import { guessMapping } from '../batches/mapping.ts';
import { writeWhole } from '../models/files.ts';
import { historySeed, paperColumns, sampleCurrentCustomers, sampleHistory } from './files.ts';
import { storeModel, trainOnTable } from '../training/fit.ts';
import { readTrainingTable, type TrainingTable } from '../training/table.ts';
import { openFitThreads } from '../training/threads/fit-threads.ts';
import type { TrainingPlan } from '../training/fit.ts';
import { optionsFor } from '../training/options.ts';

export const historyFile = 'sample-history.csv';
export const currentFile = 'sample-customers.csv';
const datasetName = 'Sample telecom customers';

/** On a new database: stores the example rules and queues the sample. True when there is something to wait for. */
export async function prepareFirstStart(db: Db, config: Config): Promise<boolean> {
  return inTransaction(db, async (trx) => {
    if ((await getSettings(trx)).firstStart === 'done') return false;
    if ((await listRules(trx)).length === 0) await insertExampleRules(trx);
    if (!config.sampleData) {
      await saveSettings(trx, { firstStart: 'done' });
      return false;
    }
    // The job of a start that was cut off is still there; two at once would train everything twice.
    const isQueued = (await listFirstStartJobs(trx)).some(({ state }) => isOpen(state));
    if (!isQueued)
      await enqueueJob(trx, {
        kind: 'first-start',
        payload: {},
        subject: 'Prepare the sample',
        createdBy: null,
      });
    return true;
  });
}

/** Waits for the sample; gives the reason when it could not be prepared, null when it is there. */
export async function waitForFirstStart(db: Db, pollMs = 200): Promise<string | null> {
  for (;;) {
    // The job first: when it has ended, the settings that are read after it are final.
    const [newest] = await listFirstStartJobs(db);
    if ((await getSettings(db)).firstStart === 'done') return null;
    if (!newest || !isOpen(newest.state)) return newest?.error ?? 'It was cancelled.';
    await new Promise((resume) => setTimeout(resume, pollMs));
  }
}

/** Runs in a worker thread: training takes seconds. */
export async function prepareSample(db: Db, config: Config, onStep: OnStep): Promise<void> {
  if ((await getSettings(db)).firstStart === 'done') return;
  await writeSampleFiles(config);
  const stored = await openFiles(config).put(db, sampleFiles(config));
  const csv = await readFile(join(config.dataDir, historyFile), 'utf8');
  const table = readTrainingTable(csv);
  const [known] = await listSampleDatasets(db);
  const datasetId =
    known?.id ??
    (await inTransaction(db, (trx) =>
      insertDataset(trx, {
        name: datasetName,
        file: historyFile,
        sha256: table.sha256,
        rowCount: table.cells[0]?.length ?? 0,
        columns: table.columns,
        isSample: true,
      }),
    ));
  await inTransaction(db, (trx) => stored.note(trx));
  await describeDataset(db, config, datasetId);
  await trainModels(db, config, { table, datasetId, onStep });
  await activateFirst(db);
  await scoreCurrentCustomers(db, config);
  await inTransaction(db, (trx) => saveSettings(trx, { firstStart: 'done' }));
}

/** Those that are not stored yet. */
async function trainModels(
  db: Db,
  config: Config,
  sample: { readonly table: TrainingTable; readonly datasetId: number; readonly onStep: OnStep },
): Promise<void> {
  const stored = (await listModels(db)).filter(({ isSample }) => isSample).map(({ name }) => name);
  const missing = plans().filter(({ name }) => !stored.includes(name));
  if (missing.length === 0) return;
  const threads = openFitThreads(config.trainingThreads, config.threadMemoryMb);
  try {
    for (const plan of missing) {
      const model = trainOnTable(sample.table, plan, sample.onStep, threads);
      const { name, isSample } = plan;
      const names = { name, datasetId: sample.datasetId, isSample };
      await storeModel(db, config.modelsDir, model, names, openFiles(config));
    }
  } finally {
    threads.close();
  }
}

async function insertExampleRules(trx: Db): Promise<void> {
  for (const [position, rule] of exampleRules.entries())
    await insertRule(trx, { ...rule, position, enabled: true });
}

/** Newest first. */
async function listFirstStartJobs(db: Db): Promise<Job[]> {
  return (await listJobs(db, 200)).filter(({ kind }) => kind === 'first-start');
}

function isOpen(state: Job['state']): boolean {
  return state === 'queued' || state === 'running';
}

/** What a telecom can change for a customer. */
const changeable = new Map(
  [
    ...['Contract', 'PaymentMethod', 'PaperlessBilling', 'OnlineSecurity', 'OnlineBackup'],
    ...['DeviceProtection', 'TechSupport', 'contract', 'onlinesecurity', 'onlinebackup', 'techsupport'],
  ].map((name) => [name, { actionable: true }] as const),
);

interface SamplePlan extends TrainingPlan {
  readonly name: string;
  readonly isSample: true;
}

/** The active model is the best that Holdfast can train; the other one is quick to train. */
function plans(): SamplePlan[] {
  const shared = { datasetName, isSample: true, details: changeable } as const;
  return [
    {
      ...shared,
      name: 'Telecom churn (sample)',
      only: null,
      options: { ...optionsFor('thorough'), seed: historySeed },
    },
    {
      ...shared,
      name: 'Telecom churn, 8 features (sample)',
      only: paperColumns,
      options: { ...optionsFor('quick'), seed: historySeed },
    },
  ];
}

async function writeSampleFiles(config: Config): Promise<void> {
  const [history, current] = sampleFiles(config);
  if (!existsSync(history.path)) await writeWhole(history.path, sampleHistory());
  if (!existsSync(current.path)) await writeWhole(current.path, sampleCurrentCustomers());
}

function sampleFiles({ dataDir }: Config) {
  return [{ path: join(dataDir, historyFile) }, { path: join(dataDir, currentFile) }] as const;
}

async function activateFirst(db: Db): Promise<void> {
  if (await findActiveModel(db)) return;
  const models = await listModels(db);
  const first = models.find((model) => model.name === plans()[0]!.name);
  if (first) await inTransaction(db, (trx) => activateModel(trx, first.id));
}

/** Scored like any upload. */
async function scoreCurrentCustomers(db: Db, config: Config): Promise<void> {
  const model = await findActiveModel(db);
  if (!model || (await listSampleBatches(db)).length > 0) return;
  const path = join(config.uploadsDir, currentFile);
  await writeWhole(path, '');
  await copyFile(join(config.dataDir, currentFile), path);
  const intake = await takeInCsv(path);
  const stored = await openFiles(config).put(db, [{ path }]);
  await inTransaction(db, async (trx) => {
    const id = await insertBatch(trx, {
      ...intake,
      userId: null,
      originalName: currentFile,
      file: currentFile,
      isSample: true,
    });
    await stored.note(trx);
    await startScoring(trx, null, id, { model, mapping: guessMapping(model.schema, intake.header) });
  });
}
