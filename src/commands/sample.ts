/** holdfast sample: writes generated customers as CSV, or with --transactions a shop's purchases. */
import { exactLine } from '../domain/csv/writer.ts';
import { sampleTransactions } from '../domain/datasets/customers-from-transactions/sample.ts';
import { historySeed, historySize, sampleLines } from '../domain/sample/files.ts';
import { sampleColumns } from '../domain/sample/generator.ts';
import { wholeNumber } from './options.ts';
import type { Options } from './options.ts';
import { openSink } from './output.ts';

const linesPerWrite = 1_000;

export async function sample(options: Options): Promise<void> {
  if (options.transactions) {
    await writeTransactions(options);
    return;
  }
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

/** `--rows` counts customers; each has many purchases. */
async function writeTransactions(options: Options): Promise<void> {
  const customers = wholeNumber(options, 'rows', 2_000);
  const { header, cells } = sampleTransactions(customers, wholeNumber(options, 'seed', historySeed));
  const sink = openSink(options.out);
  const rowCount = cells[0]?.length ?? 0;
  await sink.write(exactLine(header));
  for (let from = 0; from < rowCount; from += linesPerWrite) {
    const rows = Array.from({ length: Math.min(linesPerWrite, rowCount - from) }, (_, i) => from + i);
    await sink.write(rows.map((row) => exactLine(cells.map((column) => column[row] ?? null))).join(''));
  }
  await sink.close();
}
