/** holdfast import: measures a model of another program on a dataset of this installation, and adds it as a candidate. */
import { basename } from 'node:path';
import { config as readDotenv } from 'dotenv';
import { readConfig } from '../config.ts';
import { bringDataset, measureOutside, nameOfFile, registerOutside } from '../domain/import/import.ts';
import { withInstallation } from '../domain/installation.ts';
import { required, UsageError, wholeNumber } from './options.ts';
import type { Options } from './options.ts';
import { figuresOf, printJson } from './output.ts';

export async function importModel(options: Options, file: string): Promise<void> {
  const seen = required(options, 'seen');
  if (!['no', 'perhaps'].includes(seen)) throw new UsageError('--seen must be no or perhaps');
  required(options, 'dataset');
  const datasetId = wholeNumber(options, 'dataset', 0);
  readDotenv({ quiet: true });
  const config = readConfig(process.env);
  const { id, label, evaluation } = await withInstallation(config, async (db) => {
    const choice = { datasetId, mayHaveSeen: seen === 'perhaps' };
    await bringDataset(db, config, datasetId);
    const model = await measureOutside(db, config.dataDir, file, choice);
    return registerOutside(db, config, model, { userId: null, name: nameOfFile(basename(file)), datasetId });
  });
  if (options.json) {
    printJson({ id, label, evaluation });
    return;
  }
  const unproven = evaluation.unproven ? ' Unproven: it may have learned from them.' : '';
  process.stdout.write(
    `${label} imported as a candidate. On ${evaluation.holdoutRows} held-out customers:\n` +
      `  ${figuresOf(evaluation.holdout)}\n${unproven}`.trimEnd() +
      '\n',
  );
}
