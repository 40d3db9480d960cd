#!/usr/bin/env node
/** Holdfast from the command line: the same core, without the web and without a database. */
import { evaluate } from './commands/evaluate.ts';
import { explain } from './commands/explain.ts';
import { readArguments, UsageError } from './commands/options.ts';
import type { Command } from './commands/options.ts';
import { sample } from './commands/sample.ts';
import { score } from './commands/score.ts';
import { train } from './commands/train.ts';
import { AppError } from './errors.ts';
import { allFamilies } from './ml/estimators.ts';

// Scores and models are written for whoever runs the command, and for nobody else.
process.umask(0o077);

const usage = `holdfast sample   [--rows 7000] [--seed N] [--without-label | --transactions] [--out FILE]
holdfast train    FILE --out MODEL [--label NAME] [--positive LEVEL] [--drop A,B] [--family A,B] [--seed N] [--json]
                  [--header | --no-header]
holdfast evaluate FILE [--label NAME] [--positive LEVEL] [--drop A,B] [--family A,B] [--seed 42] [--json]
                  [--folds 5] [--repeats 1] [--fold-column NAME]… [--header | --no-header]
holdfast score    FILE --model MODEL [--out FILE] [--rejected FILE] [--allow-missing] [--json]
                  [--header | --no-header]
holdfast explain  FILE --model MODEL [--rows 5] [--customer ID] [--allow-missing] [--json]
                  [--header | --no-header]

FILE is any CSV; its first line names the columns. Where that is not clear, as in a file of one column, --header
says that it does, and --no-header that it is a row: the columns are then column_1, column_2 and so on.
Without --label it is the column whose name says so, such as Churn.
Families: ${allFamilies.join(', ')}. train keeps the best of those named; evaluate
measures each, and majority and one-column, which every model has to beat.
--fold-column names a column of fold numbers, once for each repeat, so that a peer can be measured on the
very same folds. Without --out the result goes to standard output.
`;

const commands = new Map<string, Command>(Object.entries({ sample, train, evaluate, score, explain }));

process.stdout.on('error', end);
try {
  await run();
} catch (error) {
  end(error);
}

async function run(): Promise<void> {
  const { values, positionals } = readArguments();
  const [name = '', file = '', ...rest] = positionals;
  const command = commands.get(name);
  const needsFile = name !== 'sample';
  if (values.help) process.stdout.write(usage);
  else if (!command || rest.length > 0 || (file !== '') !== needsFile) stop(usage, 2);
  else await command(values, file);
}

function end(error: unknown): void {
  const { code = '', message } = error as NodeJS.ErrnoException;
  // Whoever reads our output has seen enough.
  if (code === 'EPIPE') return;
  const isUsage = error instanceof UsageError || code.startsWith('ERR_PARSE_ARGS');
  const isKnown = isUsage || error instanceof AppError || error instanceof RangeError || code !== '';
  const hint =
    code === 'unclear-first-line'
      ? '\nSay --header if it names the columns, --no-header if it is a row of data.'
      : '';
  stop(`holdfast: ${isKnown ? message : String((error as Error).stack)}${hint}\n`, isUsage ? 2 : 1);
}

function stop(message: string, exitCode: number): void {
  process.stderr.write(message);
  process.exitCode = exitCode;
}
