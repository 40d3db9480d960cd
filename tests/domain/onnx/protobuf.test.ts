import { describe, expect, it } from 'vitest';
import { encodeMessage, message } from '../../../src/domain/onnx/protobuf.ts';

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
