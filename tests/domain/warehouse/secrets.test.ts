import { describe, expect, it } from 'vitest';
import { decryptSecret, encryptSecret } from '../../../src/domain/warehouse/secrets.ts';

const key = 'the-key-of-the-tests-long-enough-for-one';
const other = 'another-key-of-the-tests-as-long-as-the-first';

describe('a stored secret', () => {
  it('is read with the key that encrypted it, whichever place it has in the list', () => {
    const stored = encryptSecret([key], 'pässwörd 🙂', 'warehouse');
    expect(decryptSecret([other, key], stored, 'warehouse')).toBe('pässwörd 🙂');
  });

  it('does not show, and never looks the same twice', () => {
    const [one, two] = [
      encryptSecret([key], 'secret', 'warehouse'),
      encryptSecret([key], 'secret', 'warehouse'),
    ];
    expect(one).not.toBe(two);
    expect(Buffer.from(one, 'base64').includes('secret')).toBe(false);
  });

  it('is not read with another key, for another purpose, or after a change', () => {
    const stored = encryptSecret([key], 'secret', 'warehouse');
    const changed = Buffer.from(stored, 'base64');
    changed[changed.length - 1]! ^= 1;
    for (const [keys, text, purpose] of [
      [[other], stored, 'warehouse'],
      [[key], stored, 'elsewhere'],
      [[key], changed.toString('base64'), 'warehouse'],
      [[key], '', 'warehouse'],
    ] as const)
      expect(() => decryptSecret(keys, text, purpose)).toThrow('cannot be decrypted');
  });

  it('needs a key', () => {
    expect(() => encryptSecret([], 'secret', 'warehouse')).toThrow('SECRETS_KEY');
  });
});
