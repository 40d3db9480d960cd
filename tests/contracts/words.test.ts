/** Pages speak the language of docs/glossary.md: what stands there under 'Do not use' is in no page and no message. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const filesIn = (folder: string, ending: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name));

const glossary = read('docs/glossary.md').replace(/\n(?!\n|#|Do not use)/g, ' ');
const retired = [...glossary.matchAll(/^Do not use: (.+)\.\s*$/gm)].flatMap(([, list]) => list!.split(', '));

/** What people read of a template: its text, and the strings in its tags. */
const wordsOfView = (text: string): string =>
  text.replace(/<%([^]*?)%>/g, (_tag, code: string) => ` ${wordsOfCode(code)} `);
/** Sentences in code: strings with a space in them. */
const wordsOfCode = (text: string): string =>
  [...text.matchAll(/([''`])((?:(?!\1)[^\\\n])* (?:(?!\1)[^\\\n])*)\1/g)]
    .map(([, , words]) => words)
    .join(' | ');

const pages: [string, string][] = [
  ...filesIn('views', '.ejs').map((path): [string, string] => [path, wordsOfView(read(path))]),
  ...['presenters', 'routes', 'http', 'domain'].flatMap((layer) =>
    filesIn(`src/${layer}`, '.ts').map((path): [string, string] => [path, wordsOfCode(read(path))]),
  ),
];

describe('the glossary', () => {
  it('names words that are not used', () => {
    expect(retired.length).toBeGreaterThan(30);
  });

  it('has every term that a page links to', () => {
    const linked = filesIn('views', '.ejs').flatMap((path) =>
      [...read(path).matchAll(/partials\/term', \{ term: '([^']+)'/g)].map(([, term]) => term!),
    );
    expect(linked.length).toBeGreaterThan(0);
    for (const term of linked) expect(read('docs/glossary.md')).toContain(`\n### ${term}\n`);
  });
});

it.each(pages)('%s uses the words of the glossary', (_path, words) => {
  const found = retired.filter((word) => new RegExp(`\\b${word}\\b`, 'i').test(words));
  expect(found).toEqual([]);
});
