import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const debian = '/usr/lib/postgresql';
const fewest = 14;

/**
 * The folder with the programs of an installed PostgreSQL, the newest first; POSTGRES_BIN goes before.
 * @returns {string | undefined}
 */
export function findPostgres() {
  const versions = existsSync(debian) ? readdirSync(debian).map(Number) : [];
  const packaged = versions
    .filter((version) => version >= fewest)
    .sort((a, b) => b - a)
    .map((version) => join(debian, String(version), 'bin'));
  const onPath = (process.env.PATH ?? '').split(delimiter);
  return [process.env.POSTGRES_BIN, ...packaged, ...onPath].find(
    (folder) => folder && existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')),
  );
}
