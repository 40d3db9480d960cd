/**
 * For every customer who is still there: the chance to stay on, and when half of such customers will have left; by a discrete-time
 * hazard (ml/survival/hazard.ts) on the columns of categories. Columns of numbers are left out: many of them, such as all that a
 * customer has ever paid, grow with the time stayed, and would seem to cause it. Computed anew for each download.
 */
import { join } from 'node:path';
import type { Config } from '../../../config.ts';
import type { Db } from '../../../db.ts';
import { Conflict } from '../../../errors.ts';
import { isNamedAfterLeaving, readColumn } from '../../../ml/data/schema-inference.ts';
import { takeRows } from '../../../ml/data/table.ts';
import type { Table } from '../../../ml/data/table.ts';
import type { Durations } from '../../../ml/survival/durations.ts';
import { choosePeriods, fitHazard, survivalOf } from '../../../ml/survival/hazard.ts';
import { halfLeftAfter, stayingFor } from '../../../ml/survival/remaining.ts';
import type { Dataset } from '../../../store/datasets.ts';
import { getDataset } from '../../../store/datasets.ts';
import { openFiles } from '../../../store/files/open-files.ts';
import type { WholeCsv } from '../../csv/whole.ts';
import { evenly, readTakenCsv } from '../../csv/whole.ts';
import { byteOrderMark, safeLine } from '../../csv/writer.ts';
import { inputsOf } from '../../training/inputs.ts';
import { studyKinds } from '../studies/kinds.ts';
import { studyOf } from '../studies/studies.ts';
import { groupColumns } from './options.ts';
import type { LeavingOptions, TimeUnit } from './options.ts';
import { readStays } from './stays.ts';

/** How far ahead the file looks. */
const ahead: Readonly<Record<TimeUnit, readonly number[]>> = {
  day: [30, 60, 90],
  week: [4, 13, 26],
  month: [3, 6, 12],
  year: [1, 2, 3],
};
const mostPeriods = 24;
/** Customers that the hazard is fitted to; of more, so many are taken evenly. */
const mostFitted = 50_000;

/** @throws Conflict where it has not been computed when customers leave */
export async function leavingCsv(db: Db, config: Config, id: number): Promise<string> {
  const dataset = await getDataset(db, id);
  const study = studyOf(dataset, 'leaving');
  if (!study?.result)
    throw new Conflict('When the customers of this dataset leave has not been computed yet.');
  const path = join(config.dataDir, dataset.file);
  await openFiles(config).bring(db, [path]);
  return leavingLines(await readTakenCsv(path, studyKinds.leaving.mostRows), dataset, study.options);
}

/** As text. @throws Unprocessable as readStays does */
export function leavingLines(csv: WholeCsv, dataset: Dataset, options: LeavingOptions): string {
  const { durations, rows, unit } = readStays(csv, dataset, options);
  const table = takeRows(featuresOf(csv, dataset, options), rows);
  const periodEnds = choosePeriods(durations, mostPeriods);
  const fitted = fitEvenly(durations, table, periodEnds);
  const staying = Int32Array.from(rows.keys()).filter((place) => durations.left[place] === 0);
  const survival = survivalOf(fitted, takeRows(table, staying));
  const identifier = csv.cells[csv.header.indexOf(nameOfIdentifier(dataset))];
  const lines = Array.from(staying, (place, i) => {
    const curve = {
      periodEnds,
      survival: survival.subarray(i * periodEnds.length, (i + 1) * periodEnds.length),
    };
    const time = durations.times[place]!;
    const row = rows[place]!;
    return safeLine([
      identifier?.[row] ?? row + 1,
      rounded(time, 1),
      ...ahead[unit].map((more) => rounded(stayingFor(curve, time, more), 4)),
      rounded(halfLeftAfter(curve, time), 1),
    ]);
  });
  return (
    byteOrderMark + safeLine(headerOf(identifier === undefined ? 'row' : 'customer', unit)) + lines.join('')
  );
}

function headerOf(customer: string, unit: TimeUnit): string[] {
  const stays = ahead[unit].map((more) => `stays_${more}_more_${unit}${more === 1 ? '' : 's'}`);
  return [customer, `${unit}s_so_far`, ...stays, `half_leave_within_${unit}s`];
}

function fitEvenly(durations: Durations, table: Table, periodEnds: Float64Array) {
  const isTaken = evenly(table.rowCount, mostFitted);
  const taken = Int32Array.from(durations.times.keys()).filter(isTaken);
  const drawn = {
    times: Float64Array.from(taken, (place) => durations.times[place]!),
    left: Uint8Array.from(taken, (place) => durations.left[place]!),
  };
  return fitHazard(drawn, takeRows(table, taken), periodEnds, { family: 'logistic', seed: 1 });
}

/** Of all rows. */
function featuresOf(csv: WholeCsv, dataset: Dataset, { stay }: LeavingOptions): Table {
  const used = stay.kind === 'dates' ? [stay.start, stay.end] : [stay.column];
  const inputs = new Set(
    inputsOf(dataset).possible.flatMap(({ name, warning }) => (warning === null ? [name] : [])),
  );
  const columns = groupColumns(dataset).filter(
    ({ name }) =>
      inputs.has(name) && !used.includes(name) && !isNamedAfterLeaving(name) && csv.header.includes(name),
  );
  return {
    rowCount: csv.cells[0]?.length ?? 0,
    columns: columns.map(({ name }) =>
      readColumn(name, 'category', csv.cells[csv.header.indexOf(name)]!, csv.decimal),
    ),
  };
}

function nameOfIdentifier({ columns }: Dataset): string {
  return columns.find(({ role }) => role === 'identifier')?.name ?? '';
}

/** Blank where the data do not reach so far. */
function rounded(value: number | null, digits: number): number | string {
  return value === null ? '' : Number(value.toFixed(digits));
}
