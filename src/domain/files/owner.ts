/** A store has the files of one installation: sweeping it would delete those of another one. */
import { randomUUID } from 'node:crypto';
import { inTransaction } from '../../db.ts';
import type { Db } from '../../db.ts';
import type { SharedFiles } from '../../store/files/shared-files.ts';
import { getSettings, saveSettings } from '../../store/settings.ts';

/** @throws Error where the store is another one's; FilesUnavailable */
export async function claimStore(db: Db, files: SharedFiles): Promise<void> {
  const { installationId: known } = await getSettings(db);
  await files.claim(known === '' ? await nameInstallation(db) : known);
}

function nameInstallation(db: Db): Promise<string> {
  return inTransaction(db, async (trx) => {
    const { installationId } = await getSettings(trx);
    if (installationId !== '') return installationId;
    const id = randomUUID();
    await saveSettings(trx, { installationId: id });
    return id;
  });
}
