/**
 * Quotas: how many uploads are kept, and how much room they take, of one user and of all. Two uploads at the same time can
 * both get the last place: a quota keeps the disk from filling up, and a file more does no harm.
 */
import type { Config, Quota } from '../../config.ts';
import type { Db } from '../../db.ts';
import { AppError } from '../../errors.ts';
import { countKeptUploads } from '../../store/kept-uploads.ts';
import type { User } from '../people/accounts.ts';

interface Place {
  /** Whose quota it is, as the subject of a sentence. */
  readonly whose: string;
  readonly quota: Quota;
  readonly settings: string;
  readonly userId: number | null;
}

/**
 * How many bytes another upload may have.
 * @throws AppError 413 when there is no place for a file of `bytes`, 0 where its size is not known yet
 */
export async function roomForUpload(
  { db, config }: { readonly db: Db; readonly config: Config },
  user: Pick<User, 'id'>,
  bytes: number,
): Promise<number> {
  const places: readonly Place[] = [
    {
      whose: 'your organisation',
      quota: config.uploadQuota,
      settings: 'UPLOAD_QUOTA_FILES and UPLOAD_QUOTA_MB',
      userId: null,
    },
    {
      whose: 'one user',
      quota: config.userQuota,
      settings: 'USER_QUOTA_FILES and USER_QUOTA_MB',
      userId: user.id,
    },
  ];
  const rooms = await Promise.all(places.map((place) => roomIn(db, place, bytes)));
  return Math.min(...rooms);
}

async function roomIn(db: Db, place: Place, bytes: number): Promise<number> {
  const kept = await countKeptUploads(db, place.userId);
  const room = place.quota.bytes - kept.bytes;
  if (kept.files >= place.quota.files || room <= 0 || bytes > room) throw noRoom(place);
  return room;
}

function noRoom({ whose, quota, settings }: Place): AppError {
  const megabytes = Math.round(quota.bytes / 1024 ** 2);
  return new AppError(
    413,
    'quota',
    `There is no room for this file: uploads of ${whose} may be ${quota.files} files of ${megabytes} MB in all. Delete files or datasets that are no longer needed, or ask an administrator to raise ${settings}.`,
  );
}
