#!/usr/bin/env node
/**
 * The command line: processes of the program, its upkeep, and its core without the web and, where models are named by their
 * file, without a database.
 */
import { listed, readArguments, UsageError, wholeNumber } from './commands/options.ts';
import type { Command, Options, Token } from './commands/options.ts';
import { createTable } from './commands/table.ts';
import type { CommandEntry } from './commands/entry.ts';
import { ConfigError } from './config.ts';
import { AppError } from './errors.ts';
import { jobClasses } from './jobs/job-classes.ts';
import type { WorkerShare } from './jobs/job-classes.ts';

// Only the user who runs the command may read the scores and models that it writes.
process.umask(0o077);

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

const table = createTable({ web, worker });

process.stdout.on('error', end);
try {
  await run();
} catch (error) {
  end(error);
}

async function run(): Promise<void> {
  const { values, positionals, tokens } = readArguments();
  const words = positionals[0] === 'help' ? positionals.slice(1) : positionals;
  const entry = find(words);
  const names = words.slice(entry?.name.split(' ').length);
  const { helpFor, overview } = await import('./commands/help.ts');
  if (values.help || positionals[0] === 'help')
    process.stdout.write(entry ? helpFor(entry) : overview(table));
  else if (!entry) stop(overview(table), 2);
  else if (names.length !== entry.names.length || names.includes('')) stop(helpFor(entry), 2);
  else {
    refuseOthers(entry, tokens);
    await entry.run(values, names[0] ?? '', names[1] ?? '');
  }
}

/** The command of one or two words. */
function find([first = '', second = '']: readonly string[]): CommandEntry | undefined {
  return table.find(({ name }) => name === first || name === `${first} ${second}`);
}

/** An option of another command would do nothing here. @throws UsageError */
function refuseOthers({ name, options }: CommandEntry, tokens: readonly Token[]): void {
  const other = tokens.find((token) => token.kind === 'option' && !options.some((own) => own === token.name));
  if (other?.kind === 'option')
    throw new UsageError(`${other.rawName} is no option of holdfast ${name}. See holdfast ${name} --help`);
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
