/** holdfast backup and holdfast restore: database and files of an installation as one archive, and back. */
import { tmpdir } from 'node:os';
import { config as readDotenv } from 'dotenv';
import { readConfig } from '../config.ts';
import { writeBackup } from '../domain/backup/backup.ts';
import type { Manifest } from '../domain/backup/manifest.ts';
import { restoreBackup, verifyBackup } from '../domain/backup/restore.ts';
import { countText } from '../format.ts';
import { readArchiveFile, writeArchiveFile } from './archive-file.ts';
import { UsageError } from './options.ts';
import type { Options } from './options.ts';
import { openProgress } from './progress.ts';

export async function backup(options: Options, path: string): Promise<void> {
  if (options.verify && path === '-')
    throw new UsageError('--verify reads the backup back: name a file for it');
  readDotenv({ quiet: true });
  const config = readConfig(process.env);
  const progress = openProgress();
  const isCompressed = options.gzip || path.endsWith('.gz');
  const manifest = await writeArchiveFile(path, isCompressed, (write) =>
    writeBackup(config, {
      write,
      report: ({ bytes, files }) => {
        progress.show(`${bytesText(bytes)}, ${countText(files)} files`);
      },
      reportDatabase: (share) => {
        progress.show(`Database${share === null ? '' : ` ${Math.floor(100 * share)}%`}`);
      },
    }),
  ).finally(progress.end);
  if (options.verify) await verifyFile(path);
  // With '-', standard output has the archive.
  tell(options, manifest, options.verify ? 'Written and verified' : 'Written', path === '-');
  if (manifest.missing.length > 0)
    process.stderr.write(
      `Missing in the installation, and so in the backup: ${manifest.missing.join(', ')}\n`,
    );
}

export async function restore(options: Options, path: string): Promise<void> {
  if (options.verify) {
    tell(options, await verifyFile(path), 'Verified');
    return;
  }
  readDotenv({ quiet: true });
  const config = readConfig(process.env);
  const progress = openProgress();
  const manifest = await restoreBackup(config, readArchiveFile(path), progress.show).finally(progress.end);
  tell(options, manifest, 'Restored');
  if (!options.json) process.stdout.write(`${nextSteps(config.fileStore !== null)}\n`);
}

async function verifyFile(path: string): Promise<Manifest> {
  const progress = openProgress();
  return verifyBackup(tmpdir(), readArchiveFile(path), progress.show).finally(progress.end);
}

function tell(options: Options, manifest: Manifest, done: string, isPiped = false): void {
  const { createdAt, software, database, files, missing } = manifest;
  const bytes = files.reduce((sum, file) => sum + file.bytes, database.bytes);
  const words = `${done}: the backup of ${createdAt}, Holdfast ${software}, ${countText(files.length)} files and the database, ${bytesText(bytes)}.`;
  const text = options.json
    ? JSON.stringify({ createdAt, software, files: files.length, bytes, missing })
    : words;
  (isPiped ? process.stderr : process.stdout).write(`${text}\n`);
}

function nextSteps(hasStore: boolean): string {
  return [
    ...(hasStore
      ? ['The files are in the folders. Run holdfast migrate-files with the address in FILES.']
      : []),
    'Start Holdfast. Without SESSION_SECRET everybody signs in again. Passwords of connections and secrets of webhooks need the SECRETS_KEY of before: it is not in a backup.',
  ].join('\n');
}

/** '12.3 MB' */
function bytesText(bytes: number): string {
  const [size, unit] = bytes < 1e9 ? [bytes / 1e6, 'MB'] : [bytes / 1e9, 'GB'];
  return `${size.toFixed(1)} ${unit}`;
}
