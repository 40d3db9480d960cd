import { expect, it } from 'vitest';
import { isBlank, parseDate, parseNumber } from '../../../src/ml/data/values.ts';

it('knows what people write for no value, and what is a level', () => {
  for (const text of [undefined, '', '  ', 'NA', 'n/a', '#N/A', 'null', 'NaN'])
    expect(isBlank(text)).toBe(true);
  for (const text of ['0', 'No', 'None', '-']) expect(isBlank(text)).toBe(false);
});

it.each([
  ['42', 42],
  [' -1.5e3 ', -1500],
  ['.5', 0.5],
  ['1,234.50', 1234.5],
  ['$1,234.50', 1234.5],
  ['-$20', -20],
  ['1e15', 1e15],
])('reads %s as a number', (text, value) => {
  expect(parseNumber(text, '.')).toBe(value);
});

it.each([
  '1e999',
  '1e308',
  '-1e16',
  '10000000000000000',
  'NaN',
  'Infinity',
  '0x1F',
  '1,23',
  '12 months',
  '1.2.3',
  '',
  '--1',
])('refuses %s as a number', (text) => {
  expect(parseNumber(text, '.')).toBeNull();
});

it('reads a decimal comma where that is the locale', () => {
  expect(parseNumber('3,5', ',')).toBe(3.5);
  expect(parseNumber('1.234,50', ',')).toBe(1234.5);
  expect(parseNumber('1 234,50 €', ',')).toBe(1234.5);
  expect(parseNumber('3.5', ',')).toBeNull();
});

it('reads dates whose order is clear, as days', () => {
  expect(parseDate('1970-01-02')).toBe(1);
  for (const text of ['2026-11-20', '2026/11/20', '20.11.2026', '2026-11-20T23:59:00Z'])
    expect(parseDate(text)).toBe(Date.UTC(2026, 10, 20) / 86_400_000);
  for (const text of ['11/20/2026', '2026-02-30', '2026-13-01', 'soon', ''])
    expect(parseDate(text)).toBeNull();
});
