/** Parts that the schemas of several operations share. */
import { z } from 'zod';
import { AppError } from '../errors.ts';
import type { ReceivedFile } from '../http/receive-file.ts';

/** A row's number in an address. */
export const idField = numberIn(10).refine((id) => id <= 2_147_483_647, 'This is no number of a record.');
export const idParams = z.object({ id: idField });

/** A score's number in an address: larger than those of other rows. */
export const scoreIdParams = z.object({ id: numberIn(16).refine(Number.isSafeInteger) });

export const time = z.iso.datetime().meta({ description: 'UTC.', examples: ['2026-11-20T09:30:00.000Z'] });

export const cellValue = z
  .union([z.string().max(10_000), z.number(), z.null()])
  .meta({ description: 'A number, a level or a date such as 2026-11-20; null: not known.' });

function numberIn(digits: number) {
  return z
    .string()
    .regex(new RegExp(`^[1-9]\\d{0,${digits - 1}}$`))
    .transform(Number)
    .meta({ override: { type: 'integer', minimum: 1, pattern: undefined } });
}

/** Of an operation with `upload`. @throws AppError */
export function requireFile(file: ReceivedFile | null): ReceivedFile {
  if (file === null) throw new AppError(422, 'no-file', 'Send a file in the field `file` of a form.');
  return file;
}
