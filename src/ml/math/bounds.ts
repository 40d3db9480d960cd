/**
 * Bounds of parameters: what is out of bounds is refused with its name, its bounds and its value, as in
 * 'boosting: learningRate must be above 0 and at most 1, found 2'.
 */
export interface Bound {
  readonly min?: number;
  readonly above?: number;
  readonly max?: number;
  /** Infinity: any finite number. */
  readonly below?: number;
  readonly isWhole?: true;
}

/** Finite and not negative: penalties and costs. */
export const notNegative: Bound = { min: 0, below: Infinity };

/** A share of rows or features that may not be empty. */
export const positiveShare: Bound = { above: 0, max: 1 };

/** `owner`: whose parameters they are. @throws RangeError for the first that is out of bounds; NaN always is */
export function checkBounds<Params extends object>(
  owner: string,
  params: Params,
  bounds: { readonly [Name in keyof Params]?: Bound },
): void {
  for (const name in bounds) {
    const bound = bounds[name]!;
    const value = params[name];
    if (typeof value !== 'number' || !isWithin(value, bound))
      throw new RangeError(`${owner}: ${name} must be ${describeBound(bound)}, found ${String(value)}`);
  }
}

function isWithin(value: number, { min, above, max, below, isWhole }: Bound): boolean {
  return (
    !Number.isNaN(value) &&
    (isWhole !== true || Number.isInteger(value)) &&
    value >= (min ?? -Infinity) &&
    value <= (max ?? Infinity) &&
    (above === undefined || value > above) &&
    (below === undefined || value < below)
  );
}

function describeBound({ min, above, max, below, isWhole }: Bound): string {
  const parts = [
    min === undefined ? '' : `at least ${min}`,
    above === undefined ? '' : `above ${above}`,
    max === undefined ? '' : `at most ${max}`,
    below === undefined ? '' : below === Infinity ? 'finite' : `below ${below}`,
  ].filter((part) => part !== '');
  return `${isWhole ? 'a whole number, ' : ''}${parts.join(' and ')}`;
}
