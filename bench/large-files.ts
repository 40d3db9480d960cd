/** Large generated files that wait to be scored with a model of generated customers. */
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { Context } from '../src/context.ts';
import { inTransaction } from '../src/db.ts';
import { startScoring } from '../src/domain/batches/batches.ts';
import { exampleRules } from '../src/domain/retention/example-rules.ts';
import { sampleHistory, sampleLines } from '../src/domain/sample/files.ts';
import { sampleColumns } from '../src/domain/sample/generator.ts';
import { storeModel, trainOnTable } from '../src/domain/training/fit.ts';
import { readTrainingTable } from '../src/domain/training/table.ts';
import type { FamilyName } from '../src/ml/families.ts';
import { getBatch } from '../src/store/batches.ts';
import { openFiles } from '../src/store/files/open-files.ts';
import { activateModel } from '../src/store/models.ts';
import { insertRule } from '../src/store/retention-rules.ts';
import { planOf } from '../tests/helpers/plan.ts';
import { takeIn } from '../tests/helpers/received-files.ts';

/** Trained on the sample's history and active, with the example rules. */
export async function activateSampleModel({ db, config }: Context, family: FamilyName): Promise<void> {
  const model = trainOnTable(readTrainingTable(sampleHistory()), planOf([family], 1), () => undefined);
  const names = { name: 'Bench', datasetId: null, isSample: false };
  await activateModel(db, await storeModel(db, config.modelsDir, model, names, openFiles(config)));
  for (const [position, rule] of exampleRules.entries())
    await insertRule(db, { ...rule, position, enabled: true, isExample: false });
}

let files = 0;

/** Gives the batch. */
export async function queueSampleFile(context: Context, rows: number): Promise<number> {
  const file = `bench-${++files}`;
  const columns = sampleColumns.filter((column) => column !== 'Churn');
  const lines = Readable.from(sampleLines(columns, rows, 5));
  await pipeline(lines, createWriteStream(join(context.config.uploadsDir, file)));
  const { batchId, plan } = await takeIn(context, file);
  await inTransaction(context.db, (trx) => startScoring(trx, null, batchId, plan));
  return batchId;
}

/** Seconds from now. */
export async function waitUntilScored({ db }: Context, id: number): Promise<number> {
  const begin = performance.now();
  while ((await getBatch(db, id)).state === 'scoring') await pause(20);
  const seconds = (performance.now() - begin) / 1_000;
  const { state } = await getBatch(db, id);
  if (state !== 'done') throw new Error(`The file is ${state}.`);
  return seconds;
}
