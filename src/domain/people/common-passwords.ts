/**
 * Recognises long passwords that are easy to guess. Lists of leaked passwords hold few of 15 characters or
 * more, and those are built from a small stock: words that everybody thinks of, well-known phrases, names,
 * years, runs on the keyboard and repetitions. So instead of being looked up in a list, a password is taken
 * apart: what is left when such pieces are gone must still be hard to guess. That refuses every combination
 * of the pieces, far more than any list names; `commonPasswords` spells some thousands of them out.
 */
import { commonPhrases, commonWords } from './common-words.ts';

const runs = [
  'abcdefghijklmnopqrstuvwxyz',
  'qwertyuiopasdfghjklzxcvbnm',
  'qwertzuiopasdfghjklyxcvbnm',
  'azertyuiopqsdfghjklmwxcvbn',
  'asdfghjkl',
  'zxcvbnm',
  'yxcvbnm',
  '12345678901234567890',
  '1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik',
  '1q2w3e4r5t6y7u8i9o0p',
  'q1w2e3r4t5y6u7i8o9p0',
  'qazwsxedcrfvtgbyhnujmikolp',
  'a1b2c3d4e5f6g7h8',
  '147258369147258369',
  '789456123789456123',
  '159357159357',
];
const pieces = [...commonPhrases, ...commonWords, ...[...runs, ...runs.map(reversed)].flatMap(stretches)];

/** Bits that must be left: as much as six letters picked at random. */
const minBitsLeft = 28;
const bitsOf = { letter: 4.7, digit: 3.3, sign: 4 } as const;

/** `personal`: the words that belong to its owner, whatever stands between them. */
export function isCommonPassword(password: string, personal: readonly string[]): boolean {
  const text = password.toLowerCase();
  const own = personal.flatMap(wordsOf).filter((word) => word.length >= 3);
  const known = byLength([...own, ...pieces]);
  // p4ssw0rd is still password, but 2024 is no word: both readings have to hold.
  return [text, unleet(text)].some((reading) => bitsLeft(reading, known) < minBitsLeft);
}

/** Common passwords of at least 15 characters, for testing the rule. */
export function* commonPasswords(): Generator<string> {
  for (const phrase of commonPhrases) if (phrase.length >= 15) yield phrase;
  for (const first of commonWords) {
    for (const second of commonWords.slice(0, 40)) {
      for (const end of ['', '1', '123', '2024', '!']) {
        const text = `${first}${second}${end}`;
        if (text.length >= 15) yield text;
      }
    }
  }
}

function bitsLeft(text: string, known: readonly string[]): number {
  let rest = withoutDates(text.replace(/(.)\1{3,}/gu, '$1').replace(/[\s._-]+/g, ''));
  // The longest first, so that a short piece does not break a long one.
  for (const piece of known) rest = rest.replaceAll(piece, '·');
  // A piece that comes again adds nothing, and neither does a sign that merely joins or ends.
  rest = withoutRepetition(rest.replaceAll('·', ''));
  return bits(rest);
}

function bits(text: string): number {
  const distinct = new Set(text).size;
  if (distinct < 4) return 0;
  let sum = 0;
  for (const sign of text.replace(/[^\p{L}\p{N}]+$/u, '')) {
    if (/\p{L}/u.test(sign)) sum += bitsOf.letter;
    else if (/\p{N}/u.test(sign)) sum += bitsOf.digit;
    else sum += bitsOf.sign;
  }
  return sum;
}

/** Years and whole dates as people write them. */
function withoutDates(text: string): string {
  return text
    .replace(/(?:0?[1-9]|[12]\d|3[01])[/.-]?(?:0?[1-9]|1[0-2])[/.-]?(?:19|20)\d\d/g, '·')
    .replace(/(?:19|20)\d\d(?:[/.-]?(?:0[1-9]|1[0-2])[/.-]?(?:0[1-9]|[12]\d|3[01]))?/g, '·');
}

/** `abcabcabc` is `abc`; a longer part said twice is said once. */
function withoutRepetition(text: string): string {
  const whole = /^(.+?)\1+(.*)$/u.exec(text);
  if (!whole) return text;
  const [, part = '', tail = ''] = whole;
  return part.startsWith(tail) ? part : `${part}${tail}`;
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().split(/[^\p{L}\p{N}]+/u);
}

function unleet(text: string): string {
  const letters: Readonly<Record<string, string>> = {
    '0': 'o',
    '1': 'i',
    '3': 'e',
    '4': 'a',
    '5': 's',
    '7': 't',
    '8': 'b',
    '@': 'a',
    $: 's',
    '!': 'i',
  };
  return text.replace(/[0134578@$!](?=\p{L})|(?<=\p{L})[0134578@$!]/gu, (sign) => letters[sign] ?? sign);
}

/** Every stretch of four or more neighbours. */
function stretches(run: string): string[] {
  const found: string[] = [];
  for (let length = 4; length <= run.length; length++)
    for (let start = 0; start + length <= run.length; start++) found.push(run.slice(start, start + length));
  return found;
}

function reversed(text: string): string {
  return text.split('').reverse().join('');
}

function byLength(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort((a, b) => b.length - a.length);
}
