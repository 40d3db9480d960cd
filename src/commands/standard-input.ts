/** '-' in place of a file: standard input, which is kept in a private file meanwhile, because files are read in several places. */
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { privateFile } from '../private-files.ts';
import type { Command } from './options.ts';

/** The command, which takes '-' for the file that it names first. */
export function takingStandardInput(command: Command): Command {
  return async (options, file, second) => {
    if (file !== '-') {
      await command(options, file, second);
      return;
    }
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-input-'));
    try {
      const path = join(folder, 'standard-input');
      await pipeline(process.stdin, createWriteStream(path, { mode: privateFile }));
      await command(options, path, second);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };
}
