/** Detects the format of a table from its first bytes, never from its name. */
import { AppError } from '../../../errors.ts';
import { refuseOtherFormats } from '../../csv/encoding.ts';

export type TableFormat = 'csv' | 'xlsx' | 'parquet';

const [zipStart, parquetStart] = [Buffer.from('PK\u0003\u0004'), Buffer.from('PAR1')];
/** Signature of old Excel files, and of new ones protected by a password. */
const compoundStart = Buffer.from([0xd0, 0xcf, 0x11, 0xe0]);

/** `head`: the first bytes, a few KB. @throws AppError 415 with what to do, when it is no table */
export function tableFormatOf(head: Buffer): TableFormat {
  if (startsWith(head, zipStart)) return 'xlsx';
  if (startsWith(head, parquetStart)) return 'parquet';
  if (startsWith(head, compoundStart))
    throw new AppError(
      415,
      'old-workbook',
      'This file is an old Excel workbook (.xls) or is protected by a password. Open it in Excel and save it as .xlsx without a password, or as CSV, then upload that.',
    );
  refuseOtherFormats(head);
  return 'csv';
}

function startsWith(head: Buffer, start: Buffer): boolean {
  return head.subarray(0, start.length).equals(start);
}
