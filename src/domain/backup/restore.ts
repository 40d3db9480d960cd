/**
 * Restores a backup into an installation that has nothing yet. Everything is written beside its place and checked there; then
 * it is moved to its place, the database last. What was cut off before begins anew.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Config } from '../../config.ts';
import { databaseFile, examineDatabase, openDatabase, openReadOnlyDatabase } from '../../db.ts';
import type { Db } from '../../db.ts';
import { AppError, Conflict } from '../../errors.ts';
import { makePrivateFolder, privateFile } from '../../private-files.ts';
import { listLaterMigrations } from '../../db/schema.ts';
import { forgetStoredFiles } from '../../store/backup/snapshot.ts';
import { DamagedArchive, readTar } from '../../store/backup/tar.ts';
import type { TarEntry } from '../../store/backup/tar.ts';
import { pathIn } from '../../store/files/folders.ts';
import { moveInstallation } from '../moving/moving.ts';
import { aboutName, databaseName, FileName, manifestName, readAbout, readManifest } from './manifest.ts';
import type { FileSum, Manifest } from './manifest.ts';
import { foldersOf, listMissing } from './sources.ts';
import type { Folders } from './sources.ts';

export type OnFile = (name: string) => void;

/** A folder in each folder of the installation, on the same file system. */
const stagingName = '.restoring';
/** What a new file system or a repository may have. */
const harmless = new Set([stagingName, '.gitkeep', 'lost+found']);
const mostTextBytes = 256 * 2 ** 20;

/** @throws AppError where the backup or the installation cannot be used; nothing is in place then */
export async function restoreBackup(
  config: Config,
  source: AsyncIterable<Buffer>,
  report: OnFile,
): Promise<Manifest> {
  for (const folder of Object.values(foldersOf(config))) makePrivateFolder(folder);
  requireEmpty(config);
  const staging = stagingOf(config);
  removeStaging(staging);
  try {
    const manifest = await unpack(staging, source, report);
    await placeFiles(config, staging, manifest);
    return manifest;
  } finally {
    removeStaging(staging);
  }
}

/** Restores it into `folder`, which it removes again: what is checked is what can be restored. @throws AppError */
export async function verifyBackup(
  folder: string,
  source: AsyncIterable<Buffer>,
  report: OnFile,
): Promise<Manifest> {
  const place = mkdtempSync(join(folder, 'holdfast-verify-'));
  try {
    const staging = { uploadsDir: join(place, 'uploads'), modelsDir: join(place, 'models'), dataDir: place };
    return await unpack(staging, source, report);
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

function requireEmpty(config: Config): void {
  const database = databaseFile(config.databaseUrl);
  if (database !== null && existsSync(database))
    throw new Conflict(`There is a database already: ${database}. Restore into a new installation.`);
  const inside = new Set(Object.values(foldersOf(config)));
  for (const folder of inside) {
    const found = readdirSync(folder).filter(
      (name) => !harmless.has(name) && !inside.has(join(folder, name)),
    );
    if (found.length > 0)
      throw new Conflict(
        `The folder ${folder} is not empty: it has ${found[0]}. Move what is there away, or name another folder.`,
      );
  }
}

function stagingOf({ uploadsDir, modelsDir, dataDir }: Folders): Folders {
  return {
    uploadsDir: join(uploadsDir, stagingName),
    modelsDir: join(modelsDir, stagingName),
    dataDir: join(dataDir, stagingName),
  };
}

function removeStaging(staging: Folders): void {
  for (const folder of Object.values(foldersOf(staging))) rmSync(folder, { recursive: true, force: true });
}

/** Into the folders, and checks all that is there. The database is in the one for data. */
async function unpack(folders: Folders, source: AsyncIterable<Buffer>, report: OnFile): Promise<Manifest> {
  const { sums, manifest } = await writeEntries(folders, source, report);
  if (!manifest)
    throw new DamagedArchive('The archive is cut off: its list of files is missing. Use another backup.');
  const expected = [{ name: databaseName, ...manifest.database }, ...manifest.files];
  for (const file of expected) requireSame(file, sums.get(file.name));
  const names = new Set(expected.map(({ name }) => name));
  // Files that were deleted while the backup was made.
  for (const name of sums.keys()) if (!names.has(name)) rmSync(placeOf(folders, name), { force: true });
  await checkDatabaseOf(folders, manifest);
  return manifest;
}

async function writeEntries(folders: Folders, source: AsyncIterable<Buffer>, report: OnFile) {
  const sums = new Map<string, FileSum>();
  let manifest: Manifest | null = null;
  let isFirst = true;
  for await (const entry of readTar(source)) {
    if (isFirst !== (entry.name === aboutName))
      throw new AppError(422, 'no-backup', 'This is no backup of Holdfast.');
    isFirst = false;
    if (entry.name === aboutName) readAbout(await textOf(entry));
    else if (entry.name === manifestName) manifest = readManifest(await textOf(entry));
    else {
      report(entry.name);
      sums.set(entry.name, await writeEntry(placeOf(folders, entry.name), entry));
    }
  }
  return { sums, manifest };
}

/** @throws DamagedArchive for a name that would lead elsewhere */
function placeOf(folders: Folders, name: string): string {
  if (name === databaseName) return join(folders.dataDir, databaseName);
  if (!FileName.safeParse(name).success)
    throw new DamagedArchive(`The archive has a file of another kind: ${name}`);
  return pathIn(foldersOf(folders), name);
}

async function writeEntry(path: string, { name, bytes, content }: TarEntry): Promise<FileSum> {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const hash = createHash('sha256');
  const file = await open(path, 'w', privateFile);
  try {
    for await (const piece of content) {
      hash.update(piece);
      await file.writeFile(piece);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return { name, bytes, sha256: hash.digest('hex') };
}

async function textOf({ bytes, content }: TarEntry): Promise<string> {
  if (bytes > mostTextBytes)
    throw new DamagedArchive('The archive says too much of itself. Use another backup.');
  const pieces: Buffer[] = [];
  for await (const piece of content) pieces.push(piece);
  return Buffer.concat(pieces).toString('utf8');
}

function requireSame({ name, bytes, sha256 }: FileSum, found: FileSum | undefined): void {
  if (!found) throw new DamagedArchive(`The archive lacks ${name}. Use another backup.`);
  if (found.bytes !== bytes || found.sha256 !== sha256)
    throw new DamagedArchive(`${name} was changed in the archive. Use another backup.`);
}

async function checkDatabaseOf(folders: Folders, { files, missing }: Manifest): Promise<void> {
  const db = openReadOnlyDatabase(`sqlite:${join(folders.dataDir, databaseName)}`);
  try {
    const [problem] = await examineDatabase(db);
    if (problem !== undefined) throw new DamagedArchive(`The database of the backup is damaged: ${problem}`);
    await requireKnownSchema(db);
    const lacking = (await listMissing(db, files)).filter((name) => !missing.includes(name));
    if (lacking.length > 0) throw new DamagedArchive(`The backup lacks ${lacking.join(', ')}.`);
  } finally {
    await db.destroy();
  }
}

async function requireKnownSchema(db: Db): Promise<void> {
  const [later] = await listLaterMigrations(db);
  if (later !== undefined)
    throw new AppError(
      422,
      'later-backup',
      `The backup was made by a later version of Holdfast (${later}). Restore it with that version.`,
    );
}

/** The database comes last: until it is there, the installation has none. */
async function placeFiles(config: Config, staging: Folders, { files }: Manifest): Promise<void> {
  const database = join(staging.dataDir, databaseName);
  await withFile(database, forgetStoredFiles);
  const target = databaseFile(config.databaseUrl);
  // A copy that is cut off goes on with the next try, and no process starts on it.
  if (target === null)
    await moveInstallation(
      { ...config, databaseUrl: `sqlite:${database}` },
      config.databaseUrl,
      () => undefined,
    );
  for (const { name } of files) {
    const place = pathIn(foldersOf(config), name);
    makePrivateFolder(dirname(place));
    await rename(pathIn(foldersOf(staging), name), place);
  }
  if (target === null) return;
  makePrivateFolder(dirname(target));
  await rename(database, target);
}

async function withFile(path: string, work: (db: Db) => Promise<void>): Promise<void> {
  const db = openDatabase(`sqlite:${path}`);
  try {
    await work(db);
    await db.raw('PRAGMA wal_checkpoint(TRUNCATE)');
  } finally {
    await db.destroy();
  }
}
