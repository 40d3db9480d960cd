/**
 * Recognises long passwords that are easy to guess. Published lists of common passwords hold hardly any of
 * 15 characters or more; those that exist are built from a few words, runs and repetitions. So the password
 * is taken apart: what is left after removing such pieces, digits and signs must still be long enough.
 */
const words = (
  'password passwort passwd secret geheim welcome willkommen admin administrator root login letmein access master ' +
  'qwerty qwertz azerty asdf zxcv yxcv iloveyou ilove love you princess dragon monkey football baseball basketball ' +
  'superman batman sunshine shadow summer winter spring autumn monday friday january february march april june july ' +
  'august september october november december hello hallo test testing changeme change default temp user guest demo ' +
  'company customer churn holdfast retention correct horse battery staple trustno starwars whatever computer internet ' +
  'michael jennifer thomas jessica charlie jordan hunter killer cheese pepper ginger flower'
).split(' ');

const runs = [
  'abcdefghijklmnopqrstuvwxyz',
  'qwertyuiop',
  'qwertzuiop',
  'asdfghjkl',
  'zxcvbnm',
  'yxcvbnm',
  '01234567890',
  '1qaz2wsx3edc4rfv5tgb6yhn',
];

/** What must remain of a password once the guessable pieces are gone. */
const minUnguessable = 6;

export function isCommonPassword(password: string, personal: readonly string[]): boolean {
  const pieces = [...personal.flatMap(wordsOf), ...words].filter((word) => word.length >= 3);
  let rest = unleet(password.toLowerCase());
  if (new Set(rest).size < 5) return true;
  for (const piece of pieces.sort((a, b) => b.length - a.length)) rest = rest.replaceAll(piece, '');
  rest = withoutRuns(rest).replace(/[^\p{L}]/gu, '');
  return new Set(rest).size < 4 || rest.length < minUnguessable || isRepetition(rest);
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().split(/[^\p{L}\p{N}]+/u);
}

/** p4ssw0rd is still password. */
function unleet(text: string): string {
  const letters: Readonly<Record<string, string>> = {
    '0': 'o',
    '1': 'i',
    '3': 'e',
    '4': 'a',
    '5': 's',
    '7': 't',
    '@': 'a',
    $: 's',
    '!': 'i',
  };
  return text.replace(/(?<=\p{L})[013457@$!](?=\p{L})/gu, (sign) => letters[sign] ?? sign);
}

/** Removes stretches of four or more neighbours on the keyboard, in the alphabet or among the digits. */
function withoutRuns(text: string): string {
  let rest = text;
  for (const run of [...runs, ...runs.map((keys) => keys.split('').reverse().join(''))]) {
    for (let length = run.length; length >= 4; length--) {
      for (let start = 0; start + length <= run.length; start++)
        rest = rest.replaceAll(run.slice(start, start + length), '');
    }
  }
  return rest;
}

function isRepetition(text: string): boolean {
  return /^(.{1,8})\1+$/u.test(text);
}
