/** holdfast evaluate: cross-validated figures of every family and of the baselines. */
import { evaluable, evaluateTable } from '../domain/training/evaluation.ts';
import type { FamilyEvaluation } from '../domain/training/evaluation.ts';
import { chosenFamilies, listed, openThreads, readTable, wholeNumber } from './options.ts';
import type { Options } from './options.ts';
import { figuresOf, printJson } from './output.ts';

export async function evaluate(options: Options, file: string): Promise<void> {
  const protocol = {
    folds: wholeNumber(options, 'folds', 5),
    repeats: wholeNumber(options, 'repeats', 1),
    seed: wholeNumber(options, 'seed', 42),
    foldColumns: options['fold-column'],
    drop: listed(options.drop),
  };
  const names = chosenFamilies(options, evaluable, evaluable);
  const table = await readTable(options, file);
  const results: FamilyEvaluation[] = [];
  const threads = openThreads(options);
  for (const name of names) {
    const result = evaluateTable(table, name, protocol, threads);
    results.push(result);
    if (!options.json) process.stdout.write(lineOf(result));
  }
  threads.close();
  if (!options.json) return;
  const { cells, skippedRows, sha256 } = table;
  printJson({ file, sha256, rows: cells[0]?.length ?? 0, skippedRows, ...protocol, results });
}

function lineOf({ family, metrics, seconds }: FamilyEvaluation): string {
  return `${family.padEnd(11)} ${figuresOf(metrics)}  (${seconds.toFixed(1)} s)\n`;
}
