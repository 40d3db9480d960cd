/** The unpacked size of a Parquet file's pages, read from their headers before any page is unpacked. */
import type { AsyncBuffer, ColumnMetaData, FileMetaData } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';

/** Usual programs write pages of about 1 MB; far larger ones could exhaust the memory. */
export const maxPageBytes = 256 * 1024 * 1024;
/** Values that a dictionary may hold; programs give it up long before, for plain pages. */
const maxDictionaryValues = 10_000_000;
/** Cells that are in memory at once, of all columns: a page is unpacked whole. */
const maxCellsAtOnce = 50_000_000;
const headerBytes = [4096, 1024 * 1024];

interface Page {
  readonly values: number;
  readonly bytes: number;
  readonly isDictionary: boolean;
}

/** Gives the first limit that the pages of these columns pass, in words, or null. @throws Error when they are damaged */
export async function findExcess(
  file: AsyncBuffer,
  { row_groups: groups }: FileMetaData,
  columns: ReadonlySet<string>,
  maxUnpackedBytes: number,
): Promise<string | null> {
  let unpacked = 0;
  for (const group of groups) {
    let cellsAtOnce = 0;
    for (const { meta_data: column } of group.columns) {
      if (!column) throw new Error('A column without metadata');
      if (!columns.has(column.path_in_schema[0] ?? '')) continue;
      // One value a row: these columns hold no lists.
      if (column.num_values !== group.num_rows)
        throw new Error('A column and its group differ in the number of rows');
      let [rows, mostValues] = [0, 0];
      for await (const page of pagesOf(file, column)) {
        if (!(page.values >= 0 && page.bytes >= 0)) throw new Error('A page of a negative size');
        if (page.bytes > maxPageBytes) return 'Some of its pages are larger than 256 MB.';
        if (page.isDictionary && page.values > maxDictionaryValues)
          return 'A dictionary in it claims more than ten million values.';
        unpacked += page.bytes;
        if (unpacked > maxUnpackedBytes) return 'Unpacked, it would be far larger than the file.';
        if (!page.isDictionary) rows += page.values;
        mostValues = Math.max(mostValues, page.values);
      }
      if (rows !== Number(group.num_rows))
        throw new Error('The pages and their group differ in the number of rows');
      cellsAtOnce += mostValues;
    }
    if (cellsAtOnce > maxCellsAtOnce) return 'Its pages contain more than fifty million cells at once.';
  }
  return null;
}

/** The page headers in the order in which the reader will reach them. */
async function* pagesOf(file: AsyncBuffer, column: ColumnMetaData): AsyncGenerator<Page> {
  const { dictionary_page_offset: dictionaryAt = 0n, data_page_offset: dataAt } = column;
  // Some programs write 0 for 'no dictionary'.
  let at = Number(dictionaryAt === 0n ? dataAt : dictionaryAt);
  const end = at + Number(column.total_compressed_size);
  if (!(at >= 0 && end <= file.byteLength)) throw new Error('A column is outside the file');
  while (at < end - 1) {
    const { header, length } = await readHeader(file, at, end);
    if (!(header.compressed_page_size >= 0)) throw new Error('A page of a negative size');
    const data = header.data_page_header ?? header.data_page_header_v2;
    const dictionary = header.type === 'DICTIONARY_PAGE' ? header.dictionary_page_header : undefined;
    yield {
      values: (dictionary ?? data)?.num_values ?? 0,
      bytes: header.uncompressed_page_size,
      isDictionary: dictionary !== undefined,
    };
    at += length + header.compressed_page_size;
  }
}

/** Statistics in a header may hold long texts: a longer piece is read then. */
async function readHeader(file: AsyncBuffer, start: number, end: number) {
  for (const most of headerBytes) {
    const view = new DataView(await file.slice(start, Math.min(end, start + most)));
    const reader = { view, offset: 0 };
    try {
      const header = parquetHeader(reader);
      return { header, length: reader.offset };
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
  throw new Error('A page header has no end');
}
