/**
 * Checks a zip archive before anything else unpacks it: a few kilobytes can claim, or hide, gigabytes. yauzl reads the
 * format; the limits, and that no reader can find anything else in the file than it does, are checked here.
 */
import { buffer } from 'node:stream/consumers';
import { fromBufferPromise } from 'yauzl';
import type { Entry, ZipFile } from 'yauzl';
import { AppError } from '../../../errors.ts';

const limits = {
  entries: 10_000,
  bytes: 500 * 1024 * 1024,
  ratio: 200,
  smallEnough: 50 * 1024 * 1024,
};
/** What may follow an entry's bytes: its sizes again, in 4 or 8 bytes each. */
const maxDescriptor = 24;
const hasDescriptorFlag = 8;

/**
 * Unpacks every entry once, one at a time, and gives it to `look`; so what is claimed is what is there.
 * @throws AppError 415 when the archive is broken or protected, 422 when it would unpack to too much
 */
export async function checkArchive(
  bytes: Buffer,
  look: (name: string, content: Buffer) => void,
): Promise<void> {
  const archive = await readable(fromBufferPromise(bytes));
  if (archive.entryCount > limits.entries) throw tooMuch();
  const directoryStart = Number(archive.readEntryCursor);
  const entries = await readable(readDirectory(archive));
  // A reader of the stream goes from one local header to the next: there must be nothing else in between.
  let end = 0;
  for (const entry of entries) {
    const start = entry.relativeOffsetOfLocalHeader;
    if (!isNext(end, start)) throw broken();
    end = (await contentStart(archive, entry)) + entry.compressedSize;
    look(entry.fileName, await readable(unpack(archive, entry)));
  }
  if (!isNext(end, directoryStart)) throw broken();
}

function isNext(end: number, start: number): boolean {
  return start >= end && start <= end + (end === 0 ? 0 : maxDescriptor);
}

/** In the order in which they are in the file. Refuses what claims too much before anything is unpacked. */
async function readDirectory(archive: ZipFile): Promise<Entry[]> {
  const entries: Entry[] = [];
  let unpacked = 0;
  for await (const entry of archive.eachEntry()) {
    if (entry.isEncrypted()) throw locked();
    const { compressedSize, uncompressedSize } = entry;
    unpacked += uncompressedSize;
    const isDense = uncompressedSize > limits.smallEnough && uncompressedSize > compressedSize * limits.ratio;
    if (unpacked > limits.bytes || isDense) throw tooMuch();
    entries.push(entry);
  }
  return entries.sort((a, b) => a.relativeOffsetOfLocalHeader - b.relativeOffsetOfLocalHeader);
}

/** @throws AppError 415 when the entry's own header differs from the table of contents */
async function contentStart(archive: ZipFile, entry: Entry): Promise<number> {
  const header = await readable(archive.readLocalFileHeaderPromise(entry, {}));
  const isSame =
    header.compressedSize === entry.compressedSize && header.uncompressedSize === entry.uncompressedSize;
  const isLeftToDescriptor =
    (entry.generalPurposeBitFlag & hasDescriptorFlag) !== 0 &&
    header.compressedSize === 0 &&
    header.uncompressedSize === 0;
  if (header.compressionMethod !== entry.compressionMethod || !(isSame || isLeftToDescriptor)) throw broken();
  return header.fileDataStart;
}

/** yauzl stops as soon as there is more than was claimed. */
async function unpack(archive: ZipFile, entry: Entry): Promise<Buffer> {
  return buffer(await archive.openReadStreamPromise(entry));
}

/** Whatever cannot be read is a damaged archive. */
async function readable<T>(reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw error instanceof Error && error.message.includes('encrypt') ? locked() : broken();
  }
}

function locked(): AppError {
  return new AppError(
    415,
    'encrypted',
    'This workbook is protected by a password. Save it without one, then upload that.',
  );
}

function broken(): AppError {
  return new AppError(
    415,
    'broken-archive',
    'This file looks like an Excel workbook but is incomplete or damaged. Save it again in Excel and upload the new file.',
  );
}

function tooMuch(): AppError {
  return new AppError(
    422,
    'too-much',
    'This workbook unpacks to more than 500 MB, or to far more than expected for a file of this size. Save the sheet as CSV, then upload that.',
  );
}
