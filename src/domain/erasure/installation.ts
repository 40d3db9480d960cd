/** Erasing a customer from an installation that may not be running. */
import type { Config } from '../../config.ts';
import type { Logger } from '../../context.ts';
import { forgetDeleted } from '../../db.ts';
import { tablesOfCustomers } from '../../store/personal-data.ts';
import { convertEarlierScores } from '../batches/earlier-scores.ts';
import { withInstallation } from '../installation.ts';
import { eraseEverywhere } from './erasure.ts';
import type { Erasure } from './erasure.ts';

const nothing = (): void => undefined;
/** Standard output holds the result. */
const silent: Logger = { info: nothing, warn: nothing, error: nothing };

/** @throws AppError 422 where there is no database; Conflict while a file is checked or scored */
export function eraseFromInstallation(config: Config, customerId: string): Promise<Erasure> {
  return withInstallation(config, async (db) => {
    await convertEarlierScores({ db, config, log: silent });
    const erasure = await eraseEverywhere({ db, config }, customerId);
    await forgetDeleted(db, tablesOfCustomers());
    return erasure;
  });
}
