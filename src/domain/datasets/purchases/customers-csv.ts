/** P(alive) and expected value of every customer as a file; computed anew, so that no identifiers are stored. */
import { join } from 'node:path';
import type { Config } from '../../../config.ts';
import type { Db } from '../../../db.ts';
import { Conflict } from '../../../errors.ts';
import { getDataset } from '../../../store/datasets.ts';
import { openFiles } from '../../../store/files/open-files.ts';
import { readTakenCsv } from '../../csv/whole.ts';
import { byteOrderMark, safeLine } from '../../csv/writer.ts';
import { studyOf } from '../studies/studies.ts';
import { forecastOf } from './forecast.ts';
import { purchasesUpTo, readPurchases } from './histories.ts';

const header = [
  'customer',
  'repeat_purchases',
  'last_purchase',
  'probability_active',
  'expected_purchases',
  'expected_spend_per_purchase',
  'expected_value',
  'expected_value_if_active',
];

/** As text. @throws Conflict where purchases have not been studied, or not yet */
export async function purchasesCsv(db: Db, config: Config, id: number): Promise<string> {
  const dataset = await getDataset(db, id);
  const study = studyOf(dataset, 'purchases');
  if (!study?.result) throw new Conflict('The purchases of this dataset have not been computed yet.');
  const path = join(config.dataDir, dataset.file);
  await openFiles(config).bring(db, [path]);
  const read = readPurchases(await readTakenCsv(path), dataset, study.options);
  const purchases = purchasesUpTo(read, read.lastDay);
  let text = byteOrderMark + safeLine(header);
  for (let i = 0; i < purchases.repeats.length; i++) {
    const forecast = forecastOf(study.result, purchases, i, study.options.aheadDays);
    text += safeLine([
      read.log.names[purchases.customers[i]!]!,
      purchases.repeats[i]!,
      new Date(purchases.lastDays[i]! * 86_400_000).toISOString().slice(0, 10),
      // Of those who bought once the model knows nothing: it counts them as active.
      purchases.repeats[i]! > 0 ? rounded(forecast.active, 4) : '',
      rounded(forecast.purchases, 4),
      rounded(forecast.spend, 2),
      rounded(forecast.purchases * forecast.spend, 2),
      rounded(forecast.purchasesIfActive * forecast.spend, 2),
    ]);
  }
  return text;
}

/** Blank where the data do not tell it. */
function rounded(value: number, digits: number): number | string {
  return Number.isFinite(value) ? Number(value.toFixed(digits)) : '';
}
