/** Figures are written by `src/format.ts`, which views call as `h`; no template writes one by itself. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const views = readdirSync('views', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ejs'))
  .map((file) => [file, readFileSync(`views/${file}`, 'utf8')] as const);

const own: readonly (readonly [string, RegExp])[] = [
  ['rounds', /\.to(?:Fixed|Precision|Exponential)\(|Math\.(?:round|floor|ceil|trunc)\(/],
  ['has a format of its own', /\.toLocale\w*\(|\bIntl\./],
  ['writes a date', /\bDate\(|\bDate\.|\.toISOString\(/],
  // h.percent, h.rate, h.share and h.points bring their sign along.
  ['adds a percent sign to a number', /%>\s?%(?!>)|\}\s?%[`"']|\*\s?100\s*%>\s?%/],
  ['prints a count without grouping its digits', /<%= [^%]*(?:\.length|Count|rowNumber|valueMonths)\s*%>/],
];

/** What stands between `<%=` and `%>` with every call of a helper taken out. */
const withoutHelpers = (text: string): string => text.replace(/\bh\.\w+\((?:[^()]|\([^()]*\))*\)/g, 'h');

describe.each(views)('%s', (_file, text) => {
  it.each(own)('never %s', (_what, pattern) => {
    expect(pattern.exec(withoutHelpers(text))?.[0] ?? null).toBeNull();
  });
});

it('notices a figure that a view writes by itself', () => {
  const wrong = [
    '<%= (p * 100).toFixed(1) %>',
    '<%= Math.round(p) %>',
    '<%= n.toLocaleString() %>',
    '<%= new Date(at) %>',
    '<%= p * 100 %> %',
    '`${p} %`',
    '<%= rows.length %>',
    '<%= batch.rowCount %>',
  ];
  for (const text of wrong)
    expect(
      own.some(([, pattern]) => pattern.test(text)),
      text,
    ).toBe(true);
  for (const text of ['<%= h.count(rows.length) %>', '<%= h.share(p) %> of', "<%= h.plural(n, 'row') %>"])
    expect(
      own.some(([, pattern]) => pattern.test(withoutHelpers(text))),
      text,
    ).toBe(false);
});
