/** The page on which a second factor is turned on or off. */
import { encode } from 'uqr';
import type { NewSecondFactor } from '../domain/people/second-factor.ts';
import type { FieldError } from '../errors.ts';

export interface SecondFactorInput {
  readonly isOn: boolean;
  /** Who has none signs in elsewhere. */
  readonly hasPassword: boolean;
  readonly isRequired: boolean;
  /** Whether secrets can be encrypted. */
  readonly hasKey: boolean;
  /** Recovery codes that have not been used. */
  readonly codesLeft: number;
  readonly factor: NewSecondFactor;
  /** The secret for the next request, sealed. */
  readonly pending: string;
  readonly errors: readonly FieldError[];
}

export function presentSecondFactor(input: SecondFactorInput) {
  const { isOn, isRequired, codesLeft, factor, pending, errors } = input;
  return {
    title: 'Second factor',
    scripts: ['show-password'],
    errors,
    isOn,
    isRequired,
    problem: problemOf(input),
    codesLeft: `${codesLeft} of 10 recovery codes ${codesLeft === 1 ? 'is' : 'are'} left.`,
    /** In groups of four, for typing. */
    secret: factor.secret.replace(/(.{4})(?=.)/g, '$1 '),
    qrCode: qrCode(factor.uri),
    pending,
  };
}

/** Recovery codes in two groups of five, for reading. */
export function presentRecoveryCodes(codes: readonly string[]) {
  return { title: 'Recovery codes', codes: codes.map((code) => `${code.slice(0, 5)}-${code.slice(5)}`) };
}

/** Why it cannot be turned on; null: it can. */
function problemOf({ hasPassword, hasKey }: SecondFactorInput): string | null {
  if (!hasPassword) return 'You sign in without a password here, so no code is asked for.';
  if (!hasKey) return 'Second factors need the setting SECRETS_KEY on the server. Ask who runs it.';
  return null;
}

/** An SVG path with a square for each dark module, and how wide the code is with its margin, in modules. */
function qrCode(text: string): { readonly size: number; readonly path: string } {
  const { data, size } = encode(text, { ecc: 'M', border: 4 });
  const squares = data.flatMap((row, y) =>
    row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : [])),
  );
  return { size, path: squares.join('') };
}
