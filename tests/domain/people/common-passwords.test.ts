import { describe, expect, it } from 'vitest';

import { commonPasswords, isCommonPassword } from '../../../src/domain/people/common-passwords.ts';

describe('easy passwords', () => {
  it('refuses thousands of common combinations', () => {
    const tried = [...commonPasswords()].filter((_, index) => index % 50 === 0);
    const accepted = tried.filter((password) => !isCommonPassword(password, []));
    expect(tried.length).toBeGreaterThan(100);
    // Two words that share a letter where they meet (dolphin·senha read as dolphins·enha) may get through.
    expect(accepted.length / tried.length).toBeLessThan(0.005);
  });

  it.each([
    'passwordpassword',
    'P4ssw0rd!P4ssw0rd!',
    'qwertyuiopasdfghjkl',
    '123456789012345',
    'aaaaaaaaaaaaaaaaaaaa',
    'Summer2024Winter2025',
    'iloveyou-iloveyou',
  ])('refuses %s', (password) => {
    expect(isCommonPassword(password, [])).toBe(true);
  });

  it('refuses the words of its owner, with any separators', () => {
    expect(isCommonPassword('zoraida_quintelba.2024', ['Zoraida Quintelba'])).toBe(true);
    expect(isCommonPassword('zoraida_quintelba.2024', [])).toBe(false);
  });

  it.each(['drift lantern obelisk quarry', 'k7!vQ9z#Lm2pXw4', 'wüstenfuchs tapeziert kirchturm'])(
    'takes %s',
    (password) => {
      expect(isCommonPassword(password, [])).toBe(false);
    },
  );
});
