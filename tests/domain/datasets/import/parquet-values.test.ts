import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asStored, textWriter } from '../../../../src/domain/datasets/import/parquet-values.ts';

const write = (element: Omit<Parameters<typeof textWriter>[0], 'name'>, value: unknown): string =>
  textWriter({ name: 'x', ...element })(value);

describe('a value of a Parquet column as text', () => {
  it.each([
    ['text as it is', 'BYTE_ARRAY', ' 007 ', ' 007 '],
    ['bytes that are text', 'BYTE_ARRAY', Buffer.from('Zoë'), 'Zoë'],
    ['other bytes in hexadecimal', 'BYTE_ARRAY', Buffer.from([0xff, 0x01]), 'ff01'],
    ['truth as Excel writes it', 'BOOLEAN', true, 'TRUE'],
    ['big whole numbers in full', 'INT64', 9007199254740993n, '9007199254740993'],
    ['numbers with a point', 'DOUBLE', -0.1, '-0.1'],
    ['no number as nothing', 'DOUBLE', Number.NaN, ''],
    ['infinity as nothing', 'DOUBLE', Infinity, ''],
    ['a date', 'INT32', new Date('2026-11-20T00:00:00Z'), '2026-11-20'],
    ['a time of a day', 'INT64', new Date('2026-11-20T10:30:07.5Z'), '2026-11-20 10:30:07'],
    ['no date as nothing', 'INT32', new Date(Number.NaN), ''],
  ] as const)('%s', (_name, type, value, text) => {
    expect(write({ type }, value)).toBe(text);
  });

  it('is nothing for null, whatever the column', () => {
    const kinds = [
      { type: 'FLOAT' },
      { type: 'INT32', converted_type: 'DECIMAL', scale: 2 },
      { type: 'INT32', converted_type: 'TIME_MILLIS' },
      { type: 'BYTE_ARRAY' },
    ] as const;
    for (const kind of kinds) expect(write(kind, null)).toBe('');
  });

  it('has the hours of a time in any unit', () => {
    const micros = {
      type: 'INT64',
      logical_type: { type: 'TIME', isAdjustedToUTC: true, unit: 'MICROS' },
    } as const;
    expect(write(micros, 34_200_000_000n)).toBe('09:30:00');
    expect(write({ type: 'INT32', converted_type: 'TIME_MILLIS' }, 86_399_999)).toBe('23:59:59');
    expect(write({ type: 'INT64', converted_type: 'TIME_MICROS' }, 0n)).toBe('00:00:00');
  });

  it('is the shortest that gives the same 32 bits for a short float', () => {
    expect(write({ type: 'FLOAT' }, Math.fround(0.1))).toBe('0.1');
    fc.assert(
      fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(Math.fround(Number(write({ type: 'FLOAT' }, value)))).toBe(value === 0 ? 0 : value);
      }),
    );
  });
});

describe('a decimal', () => {
  const decimal = (scale: number) => ({ type: 'INT64', converted_type: 'DECIMAL', scale }) as const;

  it.each([
    [7n, 1, '0.7'],
    [-5n, 2, '-0.05'],
    [1250n, 2, '12.5'],
    [1200n, 2, '12'],
    [0n, 4, '0'],
    [123456789012345678n, 0, '123456789012345678'],
  ])('%s with %s digits after the point is %s', (value, scale, text) => {
    expect(write(decimal(scale), value)).toBe(text);
  });

  it('is a big-endian number in two’s complement when it comes as bytes', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 127n), max: 2n ** 127n - 1n }), (value) => {
        const hex = BigInt.asUintN(128, value).toString(16).padStart(32, '0');
        expect(write(decimal(0), Buffer.from(hex, 'hex'))).toBe(String(value));
      }),
    );
  });

  it('is read as the whole number that is stored', () => {
    expect(asStored({ name: 'x', ...decimal(2) })).toEqual({ name: 'x', type: 'INT64', scale: 2 });
    expect(asStored({ name: 'x', type: 'DOUBLE' })).toEqual({ name: 'x', type: 'DOUBLE' });
  });
});
