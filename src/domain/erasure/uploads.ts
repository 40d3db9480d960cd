/** Erasing a customer from the files of a batch, and from what a check says about them. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { CheckReport } from '../../store/batch-documents.ts';
import type { BatchRecord } from '../../store/batches.ts';
import { scoreFile } from '../../store/score-files/names.ts';
import { removeColumnsFile } from '../batches/checked-columns.ts';
import { eraseRecords } from '../batches/csv-erasure.ts';
import type { CustomerSearch, ErasedRecords } from '../batches/csv-erasure.ts';
import { batchFile, originalFile } from '../batches/files.ts';
import { removePartsFolder } from '../batches/shared/parts.ts';

/** What of a batch says who its customers are, apart from the bytes as they came. */
export function listErasable(file: string): string[] {
  return [file, batchFile({ file }, 'scored'), batchFile({ file }, 'rejected'), scoreFile(file)];
}

export interface ErasedUpload {
  /** Records of the upload and its results that are blank now. */
  readonly rowCount: number;
  /** Of the upload. */
  readonly records: ErasedRecords;
}

/** The bytes as they were uploaded go, where the customer is in them: they may be a workbook, and nothing needs them. */
export async function eraseFromUpload(
  folder: string,
  batch: BatchRecord,
  customerId: string,
): Promise<ErasedUpload> {
  const erase = (name: string, added: number): ErasedRecords => {
    const search = searchInUpload(batch, customerId, added);
    return search === null ? { rows: [], cells: new Set() } : eraseRecords(join(folder, name), search);
  };
  // First of all: it says whose the rows of the upload are, and scoring does without it.
  removeColumnsFile(join(folder, batch.file));
  removePartsFolder(join(folder, batch.file));
  const results = ['', '.part'].flatMap((ending) => [
    erase(`${batchFile(batch, 'scored')}${ending}`, 0),
    erase(`${batchFile(batch, 'rejected')}${ending}`, rejectedPlaces),
  ]);
  const records = erase(batch.file, 0);
  if (records.rows.length > 0) await rm(join(folder, originalFile(batch.file)), { force: true });
  const rowCount = [...results, records].reduce((sum, { rows }) => sum + rows.length, 0);
  return { rowCount, records };
}

/** Rejected rows begin with their number, their column and the reason. */
export const rejectedPlaces = 3;

/** How a customer is found in a file of a batch; null: nobody can say which column identifies customers. */
export function searchInUpload(
  { mapping, format }: BatchRecord,
  customerId: string,
  added: number,
): CustomerSearch | null {
  const identifier = mapping?.identifier ?? null;
  if (identifier === null && !standsOut(customerId)) return null;
  const places = identifier === null ? [] : [identifier + added];
  return { customerId, places, delimiter: format.delimiter };
}

const fewestCharacters = 5;

/** Whether the identifier can be told from other cells where no column is known to identify customers. */
export function standsOut(customerId: string): boolean {
  return customerId.length >= fewestCharacters && Number.isNaN(Number(customerId));
}

/** The report of a check without what it quotes from erased records. Its counts stay. */
export function withoutRecords(report: CheckReport, { rows, cells }: ErasedRecords): CheckReport {
  const erased = new Set(rows);
  const groups = report.groups
    // What only the customer had.
    .filter((group) => group.count > group.rows.length || !group.rows.every((row) => erased.has(row)))
    .map((group) =>
      group.found ? { ...group, found: group.found.filter((text) => !cells.has(text)) } : group,
    );
  return { ...report, groups, problems: report.problems.filter(({ row }) => !erased.has(row)) };
}
