/** Folders and files that hold people's data are for the user that runs the program, and for nobody else. */
import { chmodSync, existsSync, mkdirSync, statSync } from 'node:fs';

export const privateFolder = 0o700;
export const privateFile = 0o600;

/** Creates the folder, or takes away what others on the machine may do in one that is there. */
export function makePrivateFolder(path: string): void {
  mkdirSync(path, { recursive: true, mode: privateFolder });
  closeToOthers(path);
}

/**
 * Takes away what others may do, where the path exists and is ours; the group stays as its owner set it, for
 * backups. A volume that belongs to somebody else is left alone.
 */
export function closeToOthers(path: string): void {
  if (!existsSync(path)) return;
  const { mode, uid } = statSync(path);
  if ((mode & 0o007) !== 0 && uid === process.getuid?.()) chmodSync(path, mode & 0o770);
}
