#!/usr/bin/env node
/**
 * The command line: processes of the program, its upkeep, and its core without the web and, where models are named by their
 * file, without a database.
 */
import { evaluate } from './commands/evaluate.ts';
import { explain } from './commands/explain.ts';
import { listed, readArguments, UsageError, wholeNumber } from './commands/options.ts';
import type { Command, Options } from './commands/options.ts';
import { sample } from './commands/sample.ts';
import { score } from './commands/score.ts';
import { train } from './commands/train.ts';
import { ConfigError } from './config.ts';
import { dialectNames } from './domain/export/sql/dialects.ts';
import { AppError } from './errors.ts';
import { jobClasses } from './jobs/job-classes.ts';
import type { WorkerShare } from './jobs/job-classes.ts';
import { allFamilies } from './ml/estimators.ts';

// Only the user who runs the command may read the scores and models that it writes.
process.umask(0o077);

const usage = `holdfast sample   [--rows 7000] [--seed N] [--without-label | --transactions] [--out FILE]
holdfast train    FILE --out MODEL [--label NAME] [--positive LEVEL] [--drop A,B] [--family A,B] [--seed N] [--json]
                  [--threads N] [--memory MB] [--header | --no-header]
holdfast evaluate FILE [--label NAME] [--positive LEVEL] [--drop A,B] [--family A,B] [--seed 42] [--json]
                  [--folds 5] [--repeats 1] [--fold-column NAME]… [--threads N] [--header | --no-header]
holdfast score    FILE --model MODEL [--out FILE] [--rejected FILE] [--allow-missing] [--json]
                  [--header | --no-header]
holdfast explain  FILE --model MODEL [--rows 5] [--customer ID] [--allow-missing] [--json]
                  [--header | --no-header]
holdfast erase    CUSTOMER [--json]
holdfast migrate-to postgres://USER:PASSWORD@HOST/DATABASE [--json]
holdfast migrate-files s3://BUCKET/PREFIX|FOLDER [--json]
holdfast backup   FILE [--gzip] [--verify] [--json]
holdfast restore  FILE [--verify] [--json]
holdfast web
holdfast worker   [--threads N] [--classes A,B]
holdfast export   MODEL --format sql --dialect NAME [--table NAME] [--key COLUMN] [--out FILE]
holdfast export   MODEL --format onnx --out FILE
holdfast import   FILE --dataset N --seen no|perhaps [--json]
holdfast verify-scores MODEL FILE [--column NAME] [--tolerance 1e-9] [--allow-missing] [--json]
                  [--header | --no-header]

MODEL is a model file, or for export and verify-scores also the number of a model of this installation.

Commands
  sample    write generated customers, or with --transactions a shop's purchases
  train     train a model on FILE and write it to MODEL
  evaluate  cross-validate every family, and the baselines majority and one-column, on FILE
  score     write a churn probability and risk level for every row of FILE
  explain   show the reasons for the first rows of FILE, or for one customer
  erase     erase CUSTOMER, a customer ID, from the scores and uploads of this installation; nothing is asked
  migrate-to  copy the database of this installation to PostgreSQL and compare every row; it can be repeated
  migrate-files  copy the files of this installation to a store that several machines share; it can be repeated
  backup    write database and files of this installation to one archive, while it runs; with - to standard output
  restore   put a backup into an empty installation; with --verify only check it, anywhere
  web       answer requests, and leave all jobs to workers
  worker    work on jobs. Processes for both share a database and the folders; npm start is both in one
  export    write MODEL as SQL that scores a table of a database, and tests itself, or as an ONNX file
  import    measure an ONNX file, or a model that XGBoost saved as JSON, on dataset N of this installation, and add it as a candidate
  verify-scores
            compare the probabilities in FILE, beside the records that they are of, with those of MODEL;
            the exit code is 1 where they differ

Options
  --label NAME        column with the outcome; by default the one with a name such as Churn
  --positive LEVEL    value of that column which means that a customer left
  --drop A,B          columns that are not used as inputs
  --family A,B        families to compare: ${allFamilies.join(', ')}
                      (train keeps the best, by default auto; evaluate measures each, by default all)
  --fold-column NAME  column of fold numbers, once for each repeat, to use the same folds as another program
  --threads N         threads that share the work, by default as many as there are processors; the result is the same
                      (worker: how many jobs it may run at once, by default the setting WORKERS)
  --memory MB         memory for the rows of a large FILE, by default half of what there is; rows that do not fit are left
                      out evenly, and the model says so
  --header            the first line names the columns; --no-header: it is a row of data, and the columns are
                      column_1, column_2 and so on. By default detected from the file
  --allow-missing     score a FILE that lacks columns of the model; their values are missing in every row
  --rejected FILE     where to write the rows that could not be scored, with the reasons
  --out FILE          where to write the result; by default standard output
  --dialect NAME      database: ${dialectNames.join(', ')}
  --table NAME        table with the customers, by default customers; the view has its name and _scores
  --key COLUMN        column that names a customer; by default the model's
  --dataset N         number of the dataset, as in its address
  --seen no|perhaps   whether the model has learned from customers of the dataset
  --column NAME       column with the probabilities; by default churn_probability or probability
  --tolerance X       how much two probabilities of one customer may differ; by default 1e-9
  --gzip              compress the archive, as a name that ends in .gz does
  --verify            restore the archive to a temporary folder, and check all of it
  --json              write JSON instead of text
  --classes A,B       jobs that a worker takes: interactive, batch, training; by default all
`;

/** Loaded when they are run: the other commands need no database. */
const migrateTo: Command = async (options, target) =>
  (await import('./commands/migrate-to.ts')).migrateTo(options, target);
const migrateFiles: Command = async (options, target) =>
  (await import('./commands/migrate-files.ts')).migrateFiles(options, target);
const erase: Command = async (options, customer) =>
  (await import('./commands/erase.ts')).erase(options, customer);

const backup: Command = async (options, file) => (await import('./commands/backup.ts')).backup(options, file);
const restore: Command = async (options, file) =>
  (await import('./commands/backup.ts')).restore(options, file);

const web: Command = async () => (await import('./start.ts')).startProcess({ isWeb: true, share: null });
const worker: Command = async (options) => {
  const share = shareOf(options);
  await (await import('./start.ts')).startProcess({ isWeb: false, share });
};

/** @throws UsageError */
function shareOf(options: Options): Partial<WorkerShare> {
  const { threads: number, classes: names } = options;
  const threads = wholeNumber(options, 'threads', 1);
  if (threads < 1 || threads > 64)
    throw new UsageError(`--threads must be from 1 to 64, found '${String(number)}'`);
  const classes = listed(names).map((name) => {
    const known = jobClasses.find((one) => one === name);
    if (known === undefined)
      throw new UsageError(`--classes must be one or more of ${jobClasses.join(', ')}, found '${name}'`);
    return known;
  });
  return { ...(number === undefined ? {} : { threads }), ...(classes.length === 0 ? {} : { classes }) };
}

const exportModel: Command = async (options, model) =>
  (await import('./commands/export.ts')).exportModel(options, model);
const importModel: Command = async (options, file) =>
  (await import('./commands/import.ts')).importModel(options, file);
const verifyScores: Command = async (options, model, file) =>
  (await import('./commands/verify-scores.ts')).verify(options, model, file);

/** Each with the number of names that it takes. */
const commands = new Map<string, readonly [Command, number]>([
  ['sample', [sample, 0]],
  ['train', [train, 1]],
  ['evaluate', [evaluate, 1]],
  ['score', [score, 1]],
  ['explain', [explain, 1]],
  ['erase', [erase, 1]],
  ['migrate-to', [migrateTo, 1]],
  ['migrate-files', [migrateFiles, 1]],
  ['backup', [backup, 1]],
  ['restore', [restore, 1]],
  ['web', [web, 0]],
  ['worker', [worker, 0]],
  ['export', [exportModel, 1]],
  ['import', [importModel, 1]],
  ['verify-scores', [verifyScores, 2]],
]);

process.stdout.on('error', end);
try {
  await run();
} catch (error) {
  end(error);
}

async function run(): Promise<void> {
  const { values, positionals } = readArguments();
  const [name = '', ...files] = positionals;
  const [command, count] = commands.get(name) ?? [];
  if (values.help) process.stdout.write(usage);
  else if (!command || files.length !== count || files.includes('')) stop(usage, 2);
  else await command(values, files[0] ?? '', files[1] ?? '');
}

function end(error: unknown): void {
  const { code = '', message } = error as NodeJS.ErrnoException;
  // The reader of the pipe has closed it, as `head` does.
  if (code === 'EPIPE') return;
  const isUsage = error instanceof UsageError || code.startsWith('ERR_PARSE_ARGS');
  const isKnown =
    isUsage ||
    error instanceof AppError ||
    error instanceof ConfigError ||
    error instanceof RangeError ||
    code !== '';
  const hint =
    code === 'unclear-first-line'
      ? '\nUse --header if it names the columns, --no-header if it is a row of data.'
      : '';
  stop(`holdfast: ${isKnown ? message : String((error as Error).stack)}${hint}\n`, isUsage ? 2 : 1);
}

function stop(message: string, exitCode: number): void {
  process.stderr.write(message);
  process.exitCode = exitCode;
}
