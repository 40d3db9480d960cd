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
holdfast evaluate FILE [--label NAME] [--positive LEVEL] [--drop A,B] [--family A,B] [--seed 42] [--json]
                  [--folds 5] [--repeats 1] [--fold-column NAME]…
holdfast score    FILE --model MODEL [--out FILE] [--rejected FILE] [--allow-missing] [--json]
holdfast explain  FILE --model MODEL [--rows 5] [--customer ID] [--allow-missing] [--json]

FILE is any CSV with a header. Without --label it is the column whose name says so, such as Churn.
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
  stop(`holdfast: ${isKnown ? message : String((error as Error).stack)}\n`, isUsage ? 2 : 1);
}

function stop(message: string, exitCode: number): void {
  process.stderr.write(message);
  process.exitCode = exitCode;
}
