/** What benchmarks have in common: options of the command line, and quantiles. */

/** The number behind `--option=`, or another one where the option is not given. */
export function numberOf(option: string, otherwise: number): number {
  const word = process.argv.find((one) => one.startsWith(`${option}=`));
  return word === undefined ? otherwise : Number(word.slice(option.length + 1));
}

/** `share`: 0.5 is the median; NaN of nothing. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN;
}
