/** Which object holds which file, and which objects are to be deleted. */
import type { Db } from '../../db.ts';

/** `kept`: pages need it at any time, so every machine has it; `fetched`: it comes where it is needed. */
export type FileKind = 'kept' | 'fetched';

export interface StoredFile {
  /** Folder and name, such as `uploads/4f…`. */
  readonly name: string;
  /** Of the object. */
  readonly key: string;
  readonly bytes: number;
  readonly kind: FileKind;
}

type FileRow = Omit<StoredFile, 'bytes'> & { readonly bytes: number | string };

/** The name of a file in the folder of uploads. */
export function uploadName(file: string): string {
  return `uploads/${file}`;
}

export async function findStored(db: Db, name: string): Promise<StoredFile | undefined> {
  const row = await db<FileRow>('stored_files').where({ name }).first();
  return row && toStored(row);
}

export async function listStored(db: Db, kind?: FileKind): Promise<StoredFile[]> {
  const rows = await db<FileRow>('stored_files')
    .where(kind === undefined ? {} : { kind })
    .orderBy('name');
  return rows.map(toStored);
}

/** The file of that name, and those beside it: `NAME.original` and so on. */
export async function listStoredOf(db: Db, name: string): Promise<StoredFile[]> {
  const rows = await db<FileRow>('stored_files').where({ name }).orWhere('name', 'like', `${name}.%`);
  return rows.map(toStored);
}

export async function countStored(db: Db): Promise<number> {
  const row = (await db('stored_files').count({ count: '*' }).first()) as { count: number | string };
  return Number(row.count);
}

/** The object of an earlier version of the file is to be deleted. Call in the transaction that refers to the file. */
export async function saveStored(trx: Db, file: StoredFile): Promise<void> {
  const before = await findStored(trx, file.name);
  if (before?.key === file.key) return;
  if (before) await discardStored(trx, [before]);
  await trx('stored_files').insert({ ...file });
}

/** Call in the transaction that no longer refers to the files. */
export async function discardStored(trx: Db, files: readonly StoredFile[]): Promise<void> {
  for (const { name, key } of files) {
    await trx('stored_files').where({ name, key }).delete();
    await trx('discarded_files').insert({ key }).onConflict('key').ignore();
  }
}

export async function listDiscarded(db: Db): Promise<string[]> {
  return db('discarded_files').orderBy('key').limit(1_000).pluck('key');
}

/** Its object is deleted. */
export async function forgetDiscarded(db: Db, key: string): Promise<void> {
  await db('discarded_files').where({ key }).delete();
}

function toStored({ bytes, ...row }: FileRow): StoredFile {
  return { ...row, bytes: Number(bytes) };
}
