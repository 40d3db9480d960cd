import { describe, expect, it } from 'vitest';
import {
  hashPassword,
  isPassword,
  maxPasswordLength,
  passwordProblem,
} from '../../../src/domain/people/passwords.ts';

describe('a password', () => {
  it.each([
    'vowels-and-consonants-and-numbers-7',
    'ohne eine einzige ziffer geht es auch',
    'αβγ 🦊 ⟨⟩ "quotes" % <b> ünïcödé',
    'sixty-four characters and more: river stone lamp garden violet engine',
    'x7'.repeat(4) + 'quartz mango tulip '.repeat(10),
  ])('may have any signs and 64 characters or more: %s', (password) => {
    expect(passwordProblem(password, [])).toBeNull();
  });

  it('has at least 15 characters and at most 256', () => {
    expect(passwordProblem('lamp gravel fox', [])).toBeNull();
    expect(passwordProblem('lamp gravel fo', [])).toContain('at least 15 characters');
    const long = 'lamp gravel fox meadow '.repeat(20);
    expect(passwordProblem(long.slice(0, maxPasswordLength + 1), [])).toContain('at most 256');
  });

  it('is stored as Argon2id with 19 MiB, two passes and one lane', async () => {
    expect(await hashPassword('walnut orbit lantern cedar')).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  });

  it('is compared as it was typed, to the last sign', async () => {
    const password = ' Walnut orbit lantern cedar';
    const hash = await hashPassword(password);
    expect(await isPassword(password, hash)).toBe(true);
    for (const other of [password.trim(), password.toLowerCase(), `${password} `, password.slice(0, -1)])
      expect(await isPassword(other, hash)).toBe(false);
  });
});
