/** Help, from the table of commands. */
import { optionTypes } from './options.ts';
import { optionWords } from './option-words.ts';
import type { OptionName } from './option-words.ts';
import type { CommandEntry } from './entry.ts';

const width = 118;
const exitCodes = 'Exit codes: 0 done, 1 failed, 2 wrong use.';

/** Every command in a line or two. */
export function overview(table: readonly CommandEntry[]): string {
  const lines = table.flatMap(({ name, names, about }) => [
    `holdfast ${[name, ...names].join(' ')}`,
    ...wrapped(about, 4),
  ]);
  return [...lines, '', 'holdfast COMMAND --help shows options and examples.', exitCodes, ''].join('\n');
}

export function helpFor({ name, names, options, about, examples }: CommandEntry): string {
  return [
    `holdfast ${[name, ...names, ...(options.length > 0 ? ['[OPTIONS]'] : [])].join(' ')}`,
    ...wrapped(about, 4),
    '',
    ...(options.length > 0 ? ['Options', ...options.flatMap(optionLines), ''] : []),
    'Examples',
    ...examples.map((example) => `    holdfast ${example}`),
    '',
    exitCodes,
    '',
  ].join('\n');
}

function optionLines(option: OptionName): string[] {
  const [value, words] = valueOf(option);
  return [`    --${option}${value === '' ? '' : ` ${value}`}`, ...wrapped(words, 8)];
}

/** The name of its value, and what it means. */
function valueOf(option: OptionName): [string, string] {
  const words = optionWords[option];
  if (optionTypes[option].type === 'boolean') return ['', words];
  const end = words.indexOf(': ');
  return [words.slice(0, end), words.slice(end + 2)];
}

/** Lines of the width of a terminal, indented. */
function wrapped(words: string, indent: number): string[] {
  const lines: string[] = [];
  for (const word of words.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) lines.push(' '.repeat(indent) + word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
