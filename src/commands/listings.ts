/** holdfast models and holdfast batches: what an installation has. */
import { config as readDotenv } from 'dotenv';
import { readConfig } from '../config.ts';
import { listBatchesOf, listModelsIn } from '../domain/listings.ts';
import { countText } from '../format.ts';
import { wholeNumber } from './options.ts';
import type { Options } from './options.ts';
import { printJson } from './output.ts';

export async function models(options: Options): Promise<void> {
  readDotenv({ quiet: true });
  const found = await listModelsIn(readConfig(process.env));
  if (options.json) printJson(found);
  else
    printTable(
      ['number', 'model', 'family', 'state', 'AUC', 'created'],
      found.map(({ id, label, family, state, rocAuc, createdAt }) => [
        String(id),
        label,
        family,
        state,
        rocAuc.toFixed(3),
        createdAt,
      ]),
    );
}

export async function batches(options: Options): Promise<void> {
  readDotenv({ quiet: true });
  const found = await listBatchesOf(readConfig(process.env), wholeNumber(options, 'limit', 20));
  if (options.json) printJson(found);
  else
    printTable(
      ['number', 'file', 'state', 'scored', 'rejected', 'high risk', 'created'],
      found.map(({ id, file, state, scored, rejected, high, createdAt }) => [
        String(id),
        file,
        state,
        ...[scored, rejected, high].map(countText),
        createdAt,
      ]),
    );
}

function printTable(header: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = header.map((name, j) => Math.max(name.length, ...rows.map((row) => row[j]!.length)));
  for (const row of [header, ...rows])
    process.stdout.write(
      `${row
        .map((cell, j) => cell.padEnd(widths[j]!))
        .join('  ')
        .trimEnd()}\n`,
    );
}
