import { expect, it } from 'vitest';
import { quotedTable } from '../../../src/domain/warehouse/table-name.ts';

it.each([
  ['analytics.scores', '"analytics"."scores"'],
  [' Analytics.Scores ', '"analytics"."scores"'],
  ['"Analytics".scores', '"Analytics"."scores"'],
  ['a."b.c ""d"" ; --"', '"a"."b.c ""d"" ; --"'],
  ['a."東京"', '"a"."東京"'],
])('%s is the table %s', (text, quoted) => {
  expect(quotedTable(text)).toBe(quoted);
});

it.each([
  '',
  'scores',
  'a.b.c',
  'a.',
  '.b',
  'a..b',
  'a b.c',
  'a."b',
  'a."b"c',
  'a.b;',
  '1a.b',
  `a.${'b'.repeat(64)}`,
])('%j is none', (text) => {
  expect(quotedTable(text)).toBeNull();
});
