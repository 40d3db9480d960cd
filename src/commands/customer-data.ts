/** holdfast customer-data: writes everything that is stored about one customer, as JSON. */
import { config as readDotenv } from 'dotenv';
import { readConfig } from '../config.ts';
import {
  bringCustomerFiles,
  collectCustomerData,
  recordExport,
} from '../domain/customer-data/customer-data.ts';
import { withInstallation } from '../domain/installation.ts';
import { NotFound } from '../errors.ts';
import type { Options } from './options.ts';
import { openSink } from './output.ts';

/** @throws NotFound where nothing is stored about the customer */
export async function customerData(options: Options, customer: string): Promise<void> {
  readDotenv({ quiet: true });
  const config = readConfig(process.env);
  const data = await withInstallation(config, async (db) => {
    await bringCustomerFiles({ db, config });
    const found = await collectCustomerData({ db, config }, customer.trim());
    if (found === null) throw new NotFound('customer');
    await recordExport(db, null);
    return found;
  });
  const sink = openSink(options.out);
  await sink.write(`${JSON.stringify(data, null, 2)}\n`);
  await sink.close();
}
