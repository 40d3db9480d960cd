/** Which machine wrote unfinished files: those are nowhere else. */
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { privateFile, privateFolder } from '../../private-files.ts';

/** Of the machine that has this folder of uploads; made when it is first asked for. */
export function machineOf(uploadsDir: string): string {
  const folder = join(uploadsDir, '.machine');
  const path = join(folder, 'id');
  if (!existsSync(path)) {
    mkdirSync(folder, { recursive: true, mode: privateFolder });
    const partial = join(folder, randomUUID());
    writeFileSync(partial, randomUUID(), { mode: privateFile });
    renameSync(partial, path);
  }
  return readFileSync(path, 'utf8');
}
