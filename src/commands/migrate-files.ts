/** holdfast migrate-files: copies the files of an installation to a store that several machines share. */
import { config as readDotenv } from 'dotenv';
import { readConfig } from '../config.ts';
import { moveFiles } from '../domain/files/moving.ts';
import type { Options } from './options.ts';
import { printJson } from './output.ts';

export async function migrateFiles(options: Options, target: string): Promise<void> {
  readDotenv({ quiet: true });
  const moved = await moveFiles(readConfig({ ...process.env, FILES: target }));
  if (options.json) printJson(moved);
  else
    process.stdout.write(
      `${moved.files} files with ${moved.bytes} bytes are in ${moved.address}, ${moved.copied} of them copied now and read back. Set FILES=${target} and start Holdfast.\n`,
    );
}
