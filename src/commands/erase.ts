/** holdfast erase: removes one customer from the database and the files of an installation. */
import { config as readDotenv } from 'dotenv';
import { readConfig } from '../config.ts';
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

function words({ singleScores, fileScores, csvRows, unsearched }: Erasure): string {
  const erased =
    singleScores + fileScores + csvRows === 0
      ? 'This customer was not found.'
      : `Erased: ${singleScores} single scores, ${fileScores} scores of files, ${csvRows} rows of uploads and results.`;
  const rest =
    unsearched.length === 0
      ? ''
      : ` Not searched, because no column identifies customers: ${unsearched.join(', ')}.`;
  return `${erased} Datasets that models were trained on are not changed.${rest}`;
}
