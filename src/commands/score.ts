/** holdfast score: scores a CSV file with a model file; rejected rows go to a file of their own. */
import { basename } from 'node:path';
import { openBlockThreads } from '../domain/batches/blocks/block-threads.ts';
import { scoreFile } from '../domain/scoring/file.ts';
import { loadModelFile } from '../domain/models/files.ts';
import { firstLineOf, required } from './options.ts';
import type { Options } from './options.ts';
import { openSink } from './output.ts';
import type { Sink } from './output.ts';

/** For threads of 2 GB at most. */
const openRunner = openBlockThreads(2_048);
const nowhere: Sink = { write: () => Promise.resolve(), close: () => Promise.resolve() };

export async function score(options: Options, file: string): Promise<void> {
  const path = required(options, 'model');
  const model = await loadModelFile(path);
  const scored = openSink(options.out);
  const rejected = options.rejected === undefined ? nowhere : openSink(options.rejected);
  const summary = await scoreFile(
    { model, label: basename(path) },
    file,
    { allowMissing: options['allow-missing'], firstLine: firstLineOf(options), openRunner },
    { scored: scored.write, rejected: rejected.write },
  );
  await Promise.all([scored.close(), rejected.close()]);
  const { rows, high, medium, low } = summary;
  const counts = `${summary.scored} of ${rows} rows scored: ${high} high, ${medium} medium, ${low} low risk`;
  const blank = summary.blank === 0 ? '' : `, ${summary.blank} blank`;
  const words = `${counts}; ${summary.rejected} rejected${blank}`;
  // Without --out FILE, standard output holds the scores.
  const stream = (options.out ?? '-') === '-' ? process.stderr : process.stdout;
  stream.write(`${options.json ? JSON.stringify(summary) : words}\n`);
}
