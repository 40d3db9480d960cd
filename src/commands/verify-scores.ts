/** holdfast verify-scores: compares scores that another program computed with Holdfast's own. */
import { agrees, verifyScores } from '../domain/export/verify.ts';
import type { Verification } from '../domain/export/verify.ts';
import { countText } from '../format.ts';
import { chooseModel } from './export.ts';
import { firstLineOf, UsageError } from './options.ts';
import type { Options } from './options.ts';
import { printJson } from './output.ts';

const usualTolerance = '1e-9';

/** The exit code is 1 where scores differ by more than the tolerance. */
export async function verify(options: Options, name: string, file: string): Promise<void> {
  const tolerance = Number(options.tolerance ?? usualTolerance);
  if (!(tolerance > 0)) throw new UsageError('--tolerance must be a number above 0');
  const { model } = await chooseModel(name);
  const result = await verifyScores(model, file, {
    column: options.column ?? null,
    tolerance,
    allowMissing: options['allow-missing'],
    firstLine: firstLineOf(options),
  });
  if (options.json) printJson({ ...result, tolerance, agrees: agrees(result) });
  else process.stdout.write(`${words(result, tolerance)}\n`);
  if (!agrees(result)) process.exitCode = 1;
}

function words(result: Verification, tolerance: number): string {
  const { compared, largestDifference, overTolerance, scoredByNone, scoredByOne, worst } = result;
  const where =
    worst === null ? '' : `, in row ${worst.row}${worst.customer === null ? '' : ` (${worst.customer})`}`;
  return [
    agrees(result) ? 'The scores agree.' : 'The scores do not agree.',
    `${countText(compared)} rows compared; the largest difference is ${largestDifference.toExponential(2)}${where}.`,
    `${countText(overTolerance)} rows differ by more than ${tolerance}.`,
    `${countText(scoredByOne)} rows were scored by one of the two only, ${countText(scoredByNone)} by neither.`,
  ].join('\n');
}
