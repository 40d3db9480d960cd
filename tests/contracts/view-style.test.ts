/** A template prints, tests and loops. What takes more stands in a presenter. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const views = readdirSync('views', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ejs'))
  .map((file) => [file, readFileSync(`views/${file}`, 'utf8')] as const);

const logic: readonly (readonly [string, RegExp])[] = [
  ['defines a function', /=>|\bfunction\b/],
  ['works on a list', /\.(?:map|filter|reduce|sort|find|some|every|join|slice|replace)\(/],
  ['computes', /\bMath\.|\bnew Date\b|\.toFixed\(/],
  ['nests conditions', /\?[^?:]*:[^?:]*\?/],
];

/** What stands in each tag, without texts and without `?.` and `??`. */
const tagsOf = (text: string): string[] =>
  [...text.matchAll(/<%[^]*?%>/g)].map(([tag]) => tag.replace(/'[^'\n]*'|\?\?|\?\.|\?:/g, ''));

describe.each(views)('%s', (_file, text) => {
  it('has no line of more than 120 characters', () => {
    expect(text.split('\n').filter((line) => line.length > 120)).toEqual([]);
  });

  it.each(logic)('never %s', (_what, pattern) => {
    expect(tagsOf(text).filter((tag) => pattern.test(tag))).toEqual([]);
  });
});
