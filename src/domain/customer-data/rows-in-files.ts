/** A customer's rows in files, under the names of their columns. */
import { join } from 'node:path';
import type { BatchRecord } from '../../store/batches.ts';
import type { Dataset } from '../../store/datasets.ts';
import { findRecords, mayContain } from '../batches/csv-erasure.ts';
import type { CustomerSearch } from '../batches/csv-erasure.ts';
import { batchFile } from '../batches/files.ts';
import { recordsOf } from '../csv/file-records.ts';
import { readRecord } from '../csv/records.ts';
import type { Delimiter } from '../csv/records.ts';
import { byteOrderMark } from '../csv/writer.ts';
import { currentFileOf } from '../datasets/customers-from-transactions/building.ts';
import { searchIn } from '../erasure/datasets.ts';
import { rejectedPlaces, searchInUpload } from '../erasure/uploads.ts';

export interface FileRows {
  /** As it was uploaded, or the name of the dataset. */
  readonly name: string;
  readonly kind: 'upload' | 'results' | 'rejected rows' | 'dataset' | 'current customers of a dataset';
  /** ISO 8601. */
  readonly uploadedAt: string;
  readonly rows: readonly Readonly<Record<string, string | number>>[];
}

type File = Omit<FileRows, 'rows'> & { readonly path: string };

export function rowsOfUploads(
  folder: string,
  batches: readonly BatchRecord[],
  customerId: string,
): FileRows[] {
  return batches.flatMap((batch) =>
    [
      { kind: 'upload' as const, file: batch.file, added: 0 },
      { kind: 'results' as const, file: batchFile(batch, 'scored'), added: 0 },
      { kind: 'rejected rows' as const, file: batchFile(batch, 'rejected'), added: rejectedPlaces },
    ].flatMap(({ kind, file, added }) => {
      const { originalName: name, createdAt: uploadedAt } = batch;
      const search = searchInUpload(batch, customerId, added);
      return rowsIn({ name, kind, uploadedAt, path: join(folder, file) }, search);
    }),
  );
}

export async function rowsOfDatasets(
  folder: string,
  datasets: readonly Dataset[],
  customerId: string,
): Promise<FileRows[]> {
  const found: FileRows[] = [];
  for (const dataset of datasets)
    for (const [kind, file] of [
      ['dataset', dataset.file],
      ['current customers of a dataset', currentFileOf(dataset)],
    ] as const) {
      const path = join(folder, file);
      if (dataset.state !== 'ready' || !mayContain(path, customerId)) continue;
      const { name, createdAt: uploadedAt } = dataset;
      found.push(...rowsIn({ name, kind, uploadedAt, path }, await searchIn(path, dataset, customerId)));
    }
  return found;
}

/** None where the customer is not in the file, or cannot be found. */
function rowsIn({ path, ...file }: File, search: CustomerSearch | null): FileRows[] {
  if (search === null || !mayContain(path, search.customerId)) return [];
  const records = [...findRecords(path, search)];
  if (records.length === 0) return [];
  const header = headerOf(path, search.delimiter);
  const rows = records.map(({ row, cells }) => ({
    row,
    ...Object.fromEntries(cells.map((cell, i) => [nameOf(header[i], i), cell])),
  }));
  return [{ ...file, rows }];
}

function headerOf(path: string, delimiter: Delimiter): readonly string[] {
  for (const { bytes } of recordsOf(path, delimiter))
    if (bytes.length > 0) {
      const { cells } = readRecord(bytes, delimiter, null);
      return cells.map((name) => name.replace(byteOrderMark, ''));
    }
  return [];
}

function nameOf(name: string | undefined, place: number): string {
  return name === undefined || name === '' ? `column ${place + 1}` : name;
}
