/** holdfast erase: removes one customer from the database and the files of an installation. */
import { config as readDotenv } from 'dotenv';
import { readConfig } from '../config.ts';
import { isNothing } from '../domain/erasure/erasure.ts';
import type { Erasure } from '../domain/erasure/erasure.ts';
import { eraseFromInstallation } from '../domain/erasure/installation.ts';
import type { Options } from './options.ts';
import { printJson } from './output.ts';

export async function erase(options: Options, customer: string): Promise<void> {
  readDotenv({ quiet: true });
  const erasure = await eraseFromInstallation(readConfig(process.env), customer.trim());
  if (options.json) printJson(erasure);
  else process.stdout.write(`${words(erasure)}\n`);
}

function words(erasure: Erasure): string {
  const { singleScores, fileScores, csvRows, datasetRows, mentions, models, unsearched } = erasure;
  const erased = isNothing(erasure)
    ? 'This customer was not found.'
    : `Erased: ${singleScores} single scores, ${fileScores} scores of files, ${csvRows} rows of uploads and results, ${datasetRows} rows of datasets, ${mentions} records that named the customer.`;
  const unknown =
    unsearched.length === 0
      ? ''
      : ` Not searched for scores, because no column identifies customers: ${unsearched.join(', ')}.`;
  const learned =
    models.length === 0
      ? ''
      : ` These models learned from the customer, and keep the values that columns can have; train them again if one can name the customer: ${models.join(', ')}.`;
  return `${erased}${unknown}${learned} Backups are not changed.`;
}
