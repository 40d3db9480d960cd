/**
 * A backup: database and files as one archive, made while everybody works on. Files come first. Then the database is copied as
 * it is at one moment, and then the files that have come or changed since. If one of these has gone meanwhile, the
 * database is copied again: what is in the archive belongs together.
 */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../../config.ts';
import { databaseFile, openDatabase, openReadOnlyDatabase } from '../../db.ts';
import type { Db } from '../../db.ts';
import { Conflict } from '../../errors.ts';
import { softwareVersion } from '../../software-version.ts';
import { listMigrations, takeSnapshot } from '../../store/backup/snapshot.ts';
import type { OnShare } from '../../store/backup/snapshot.ts';
import { tarEnd, tarHeader, tarPadding } from '../../store/backup/tar.ts';
import { saveSettings } from '../../store/settings.ts';
import { requireDatabase } from '../installation.ts';
import { aboutName, backupFormat, databaseName, manifestName } from './manifest.ts';
import type { About, FileSum, Manifest } from './manifest.ts';
import { removeStaleSnapshots, snapshotPrefix } from './snapshots.ts';
import { listMissing, listSources } from './sources.ts';
import type { SourceFile } from './sources.ts';

export interface BackupProgress {
  readonly bytes: number;
  readonly files: number;
}

export interface BackupSink {
  /** Resolves when more can be written. */
  readonly write: (bytes: Uint8Array) => Promise<void>;
  readonly report: (progress: BackupProgress) => void;
  readonly reportDatabase: OnShare;
}

/** Files that disappear again and again between the database and their turn: nobody deletes so much. */
const mostSnapshots = 10;

/** Writes the archive, and notes in the database that there is one. @throws AppError */
export async function writeBackup(config: Config, sink: BackupSink): Promise<Manifest> {
  requireDatabase(config);
  await removeStaleSnapshots(config.dataDir);
  const folder = mkdtempSync(join(config.dataDir, snapshotPrefix));
  try {
    const manifest = await writeArchive(config, folder, sink);
    await noteBackup(config, manifest);
    return manifest;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function writeArchive(config: Config, folder: string, sink: BackupSink): Promise<Manifest> {
  const archive = createArchive(sink);
  const about: About = {
    format: backupFormat,
    software: softwareVersion,
    createdAt: new Date().toISOString(),
  };
  await archive.addText(aboutName, about);
  const spare = join(folder, 'file');
  const snapshot = join(folder, databaseName);
  await withDatabase(config.databaseUrl, async (db) => {
    await archive.addAll(await listSources(db, config, spare));
  });
  for (let attempt = 1; attempt <= mostSnapshots; attempt++) {
    rmSync(snapshot, { force: true });
    await takeSnapshot(config.databaseUrl, snapshot, sink.reportDatabase);
    const found = await withDatabase(`sqlite:${snapshot}`, async (db) => {
      const sources = await listSources(db, config, spare);
      const isComplete = await archive.addAll(sources);
      const [missing, migrations] = [await listMissing(db, sources), await listMigrations(db)];
      return { isComplete, sources, missing, migrations };
    });
    if (!found.isComplete) continue;
    const { bytes, sha256 } = await archive.add(databaseName, snapshot);
    const kind = databaseFile(config.databaseUrl) === null ? 'postgres' : 'sqlite';
    const manifest: Manifest = {
      ...about,
      database: { bytes, sha256, kind, migrations: found.migrations },
      files: found.sources.flatMap(({ name }) => archive.sumOf(name) ?? []),
      missing: [
        ...found.missing,
        ...found.sources.map(({ name }) => name).filter((name) => !archive.sumOf(name)),
      ],
    };
    await archive.addText(manifestName, manifest);
    await sink.write(tarEnd);
    return manifest;
  }
  throw new Conflict('Files disappeared again and again while they were copied. Try again in a while.');
}

async function withDatabase<T>(url: string, work: (db: Db) => Promise<T>): Promise<T> {
  const db = openReadOnlyDatabase(url);
  try {
    return await work(db);
  } finally {
    await db.destroy();
  }
}

function createArchive({ write, report }: BackupSink) {
  const seconds = Date.now() / 1_000;
  const sums = new Map<string, FileSum>();
  const versions = new Map<string, string | null>();
  const gone = new Set<string>();
  let bytes = 0;
  const put = async (name: string, size: number, content: AsyncIterable<Buffer>): Promise<FileSum> => {
    const hash = createHash('sha256');
    const writePart = async (part: Buffer): Promise<void> => {
      hash.update(part);
      bytes += part.length;
      await write(part);
      report({ bytes, files: sums.size });
    };
    await write(tarHeader(name, size, seconds));
    let left = size;
    for await (const piece of content) {
      const part = piece.subarray(0, left);
      left -= part.length;
      await writePart(part);
    }
    // The header says how many there are: a file that became shorter or longer meanwhile is copied again.
    for (; left > 0; left -= Math.min(left, zeros.length)) await writePart(zeros.subarray(0, left));
    await write(tarPadding(size));
    return { name, bytes: size, sha256: hash.digest('hex') };
  };
  const add = async (name: string, path: string): Promise<FileSum> => {
    const file = await open(path);
    try {
      const { size } = await file.stat();
      const content = file.createReadStream({ highWaterMark: zeros.length, autoClose: false });
      return await put(name, size, content as AsyncIterable<Buffer>);
    } finally {
      await file.close();
    }
  };
  /** False: it has gone or changed, and the database may have changed with it. */
  const addSource = async (source: SourceFile): Promise<boolean> => {
    const version = source.version();
    if (version !== null && versions.get(source.name) === version) return true;
    const isThere = await source.use(async (path) => {
      sums.set(source.name, await add(source.name, path));
    });
    versions.set(source.name, version);
    if (isThere) return source.version() === version;
    // What was gone before the database was copied that refers to it is lost, and not in the middle of being deleted.
    const isLost = gone.has(source.name);
    gone.add(source.name);
    sums.delete(source.name);
    versions.delete(source.name);
    return isLost;
  };
  return {
    add,
    addText: async (name: string, value: object): Promise<void> => {
      const text = Buffer.from(`${JSON.stringify(value, null, 1)}\n`);
      await put(name, text.length, oneOf(text));
    },
    /** Those that are not in the archive as they are now. False: these are not the files of a database at one moment. */
    addAll: async (sources: readonly SourceFile[]): Promise<boolean> => {
      let isComplete = true;
      for (const source of sources) if (!(await addSource(source))) isComplete = false;
      return isComplete;
    },
    sumOf: (name: string): FileSum | undefined => sums.get(name),
  };
}

const zeros = Buffer.alloc(1 << 18);

async function* oneOf(piece: Buffer): AsyncGenerator<Buffer> {
  await Promise.resolve();
  yield piece;
}

/** When the last backup was made is shown to administrators. */
async function noteBackup({ databaseUrl }: Config, { createdAt, files }: Manifest): Promise<void> {
  const db = openDatabase(databaseUrl);
  try {
    await saveSettings(db, { lastBackup: { at: createdAt, files: files.length } });
  } finally {
    await db.destroy();
  }
}
