import { describe, expect, it } from 'vitest';
import {
  DamagedMessage,
  decodeMessage,
  encodeMessage,
  message,
  unpackNumbers,
} from '../../../src/domain/onnx/protobuf.ts';

const hex = (fields: Parameters<typeof message>[0]): string =>
  Buffer.from(encodeMessage(message(fields))).toString('hex');

/** The examples of protobuf.dev/programming-guides/encoding. */
describe('a message of Protocol Buffers', () => {
  it('has numbers as varints', () => {
    expect(hex({ 1: 150 })).toBe('089601');
    expect(hex({ 1: -2 })).toBe('08feffffffffffffffff01');
  });

  it('has text, bytes and messages with their length', () => {
    expect(hex({ 2: 'testing' })).toBe('120774657374696e67');
    expect(hex({ 3: message({ 1: 150 }) })).toBe('1a03089601');
    expect(hex({ 2: Uint8Array.of(0, 255) })).toBe('120200ff');
  });

  it('repeats a field for each value of a list', () => {
    expect(hex({ 4: 'hello', 5: [1, 2, 3] })).toBe('220568656c6c6f280128022803');
    expect(hex({ 16: [] })).toBe('');
  });
});

describe('bytes of a message', () => {
  const decode = (text: string) => decodeMessage(Uint8Array.from(Buffer.from(text, 'hex')));

  it('give the values of each field', () => {
    expect(decode('089601').get(1)).toEqual([150]);
    expect(decode('08feffffffffffffffff01').get(1)).toEqual([-2]);
    expect(decode('120774657374696e67').get(2)).toEqual([Uint8Array.from(Buffer.from('testing'))]);
    expect(decode('0d0000c03f1100000000000000c0')).toEqual(
      new Map([
        [1, [1.5]],
        [2, [-2]],
      ]),
    );
  });

  it('give back what was written', () => {
    const numbers = [
      0,
      1,
      -1,
      127,
      128,
      2 ** 31,
      -(2 ** 31),
      2 ** 40 + 3,
      -(2 ** 52),
      Number.MAX_SAFE_INTEGER,
    ];
    expect(decodeMessage(encodeMessage(message({ 7: numbers }))).get(7)).toEqual(numbers);
  });

  it('give lists, packed or not', () => {
    const list = (text: string, wire: 'varint' | 'float') => unpackNumbers(decode(text).get(1), wire);
    expect(list('0801080a', 'varint')).toEqual([1, 10]);
    expect(list('0a03019601', 'varint')).toEqual([1, 150]);
    expect(list('0a080000803f0000803f', 'float')).toEqual([1, 1]);
    expect(unpackNumbers(undefined, 'float')).toEqual([]);
  });

  it.each(['08', '0896', '1207ff', '0d0000', '0b', '08ffffffffffffffffffffff01'])(
    '%s are no message',
    (text) => {
      expect(() => decode(text)).toThrow(DamagedMessage);
    },
  );
});
