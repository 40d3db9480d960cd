/** holdfast sample: generated customers as CSV. */
import { historySeed, historySize, sampleLines } from '../domain/sample/files.ts';
import { sampleColumns } from '../domain/sample/generator.ts';
import { wholeNumber } from './options.ts';
import type { Options } from './options.ts';
import { openSink } from './output.ts';

const linesPerWrite = 1_000;

export async function sample(options: Options): Promise<void> {
  const columns = sampleColumns.filter((column) => column !== 'Churn' || !options['without-label']);
  const rows = wholeNumber(options, 'rows', historySize);
  const seed = wholeNumber(options, 'seed', historySeed);
  const sink = openSink(options.out);
  let lines: string[] = [];
  for (const line of sampleLines(columns, rows, seed)) {
    lines.push(line);
    if (lines.length < linesPerWrite) continue;
    await sink.write(lines.join(''));
    lines = [];
  }
  await sink.write(lines.join(''));
  await sink.close();
}
