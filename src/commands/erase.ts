/** holdfast erase: removes one customer from the database and the files of an installation. */
import { config as readDotenv } from 'dotenv';
import { readConfig } from '../config.ts';
import type { Config } from '../config.ts';
import { isNothing } from '../domain/erasure/erasure.ts';
import type { Erasure } from '../domain/erasure/erasure.ts';
import { eraseFromInstallation } from '../domain/erasure/installation.ts';
import type { Options } from './options.ts';
import { printJson } from './output.ts';

export async function erase(options: Options, customer: string): Promise<void> {
  readDotenv({ quiet: true });
  const config = readConfig(process.env);
  const erasure = await eraseFromInstallation(config, customer.trim());
  if (options.json) printJson(erasure);
  else process.stdout.write(`${words(erasure)}${watchedWords(config)}\n`);
}

/** Its files belong to whoever puts them there. */
function watchedWords({ watch: { folder } }: Config): string {
  return folder === null ? '' : ` Files in ${folder} are not searched: erase the customer there as well.`;
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
