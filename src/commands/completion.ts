/** holdfast completion: what the shell needs to complete commands and options, from the table of commands. */
import { UsageError } from './options.ts';
import type { CommandEntry } from './entry.ts';

type Table = readonly CommandEntry[];

const shells: Readonly<Record<string, (table: Table) => string>> = { bash, zsh, fish };

/** @throws UsageError for another shell */
export function completion(shell: string, table: Table): Promise<void> {
  const write = Object.hasOwn(shells, shell) ? shells[shell] : undefined;
  if (!write) throw new UsageError(`completion is for ${Object.keys(shells).join(', ')}, found '${shell}'`);
  process.stdout.write(write(table));
  return Promise.resolve();
}

/** First words of the names: 'user' for 'user add'. */
function firstWords(table: Table): string {
  return [...new Set(table.map(({ name }) => name.split(' ')[0]!))].join(' ');
}

function optionsOf({ options, name }: CommandEntry): string {
  const [, second] = name.split(' ');
  return [
    ...(second === undefined ? [] : [second]),
    ...options.map((option) => `--${option}`),
    '--help',
  ].join(' ');
}

/** Files follow where nothing else fits. */
function bash(table: Table): string {
  return [
    '_holdfast() {',
    '  local words=""',
    '  if [ "$COMP_CWORD" -eq 1 ]; then',
    `    words="${firstWords(table)}"`,
    '  else',
    '    case "${COMP_WORDS[1]}" in',
    ...table.map((entry) => `      ${entry.name.split(' ')[0]!}) words="${optionsOf(entry)}" ;;`),
    '    esac',
    '  fi',
    '  COMPREPLY=($(compgen -W "$words" -- "${COMP_WORDS[COMP_CWORD]}"))',
    '}',
    'complete -o default -F _holdfast holdfast',
    '',
  ].join('\n');
}

function zsh(table: Table): string {
  return ['autoload -U +X bashcompinit && bashcompinit', bash(table)].join('\n');
}

function fish(table: Table): string {
  const lines = table.map((entry) => {
    const [first] = entry.name.split(' ');
    const isFirst = '__fish_use_subcommand';
    return [
      `complete -c holdfast -n ${isFirst} -a ${first} -d '${entry.about.replaceAll("'", "\\'")}'`,
      `complete -c holdfast -n '__fish_seen_subcommand_from ${first}' -a '${optionsOf(entry)}'`,
    ].join('\n');
  });
  return `${lines.join('\n')}\n`;
}
