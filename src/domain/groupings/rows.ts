/** The customers that a grouping is made from, evenly drawn: of a dataset, or of the latest scores. */
import { join } from 'node:path';
import type { Config } from '../../config.ts';
import type { Db } from '../../db.ts';
import { Conflict } from '../../errors.ts';
import { readColumn } from '../../ml/data/schema-inference.ts';
import type { Feature, FeatureType } from '../../ml/data/schema.ts';
import { MISSING } from '../../ml/data/table.ts';
import type { Column, Table } from '../../ml/data/table.ts';
import type { Dataset } from '../../store/datasets.ts';
import { findDataset } from '../../store/datasets.ts';
import type { GroupingTerms } from '../../store/grouping-documents.ts';
import { noFilter } from '../../store/prediction-filters.ts';
import { visitFigureColumns } from '../../store/score-files/figures.ts';
import type { FigureGroup } from '../../store/score-files/figures.ts';
import { openScoreStore } from '../../store/score-files/store.ts';
import type { ScoreStore } from '../../store/score-files/store.ts';
import { countPredictions } from '../../store/score-files/totals.ts';
import { currentPopulation } from '../analytics/population.ts';
import { evenly, readTakenCsv } from '../csv/whole.ts';
import { readLabel } from '../datasets/labels/definition.ts';
import { featureWords } from '../scoring/feature-words.ts';
import type { FeatureWords } from '../scoring/feature-words.ts';
import { labelRows, undecided } from '../training/dataset-table.ts';

/** More would make no other groups, only take longer. */
export const mostRows = 20_000;

export interface GroupingRows {
  readonly table: Table;
  readonly types: ReadonlyMap<string, FeatureType>;
  /** One a row: 1 left, 0 stayed, `undecided`; null without a churn label. */
  readonly labels: Uint8Array | null;
  /** Of whom the rows were drawn. */
  readonly total: number;
  readonly words: FeatureWords;
}

/** A column that customers can be grouped by. */
export interface GroupingColumn {
  readonly name: string;
  readonly type: FeatureType;
  /** From training, by its dataset: customers who are alike in it need not be alike. */
  readonly isExcluded: boolean;
}

/** Neither free text nor the customer ID, and no column of the churn label. */
export function columnsOfDataset({ columns, label }: Dataset): GroupingColumn[] {
  const definition = readLabel(label);
  return columns.flatMap(({ name, type, role, distinct, missing }) => {
    const isLabel = role === 'label' || (definition?.kind === 'column' && definition.column === name);
    // One value that only some have tells customers apart.
    const isConstant = distinct + Number(missing > 0) < 2;
    return type === 'text' || role === 'identifier' || isLabel || isConstant
      ? []
      : [{ name, type, isExcluded: role === 'ignored' }];
  });
}

export async function readGroupingRows(
  db: Db,
  config: Config,
  { datasetId, columns }: GroupingTerms,
): Promise<GroupingRows> {
  if (datasetId === null) return readScored(openScoreStore(db, config), columns);
  const dataset = await findDataset(db, datasetId);
  if (!dataset) throw new Conflict('The dataset was removed. Choose another one.');
  return readDataset(config, dataset, columns);
}

async function readDataset(
  config: Config,
  dataset: Dataset,
  names: readonly string[],
): Promise<GroupingRows> {
  const csv = await readTakenCsv(join(config.dataDir, dataset.file), mostRows);
  const wanted = columnsOfDataset(dataset).filter(({ name }) => names.includes(name));
  requireAll(names, wanted);
  const label = readLabel(dataset.label);
  return {
    table: {
      rowCount: csv.cells[0]?.length ?? 0,
      columns: wanted.map(({ name, type }) =>
        readColumn(name, type, csv.cells[csv.header.indexOf(name)]!, csv.decimal),
      ),
    },
    types: new Map(wanted.map(({ name, type }) => [name, type])),
    labels: label === null ? null : labelRows(csv, label).labels,
    total: csv.rowCount,
    words: featureWords(undefined),
  };
}

async function readScored(store: ScoreStore, names: readonly string[]): Promise<GroupingRows> {
  const { model, filter: population } = await currentPopulation(store.db);
  const features = (model?.schema.features ?? []).filter(({ name }) => names.includes(name));
  requireAll(names, features);
  const filter = { ...noFilter, population };
  const total = await countPredictions(store, filter);
  const collected = features.map(collectorOf);
  const isWanted = evenly(total, mostRows);
  let customer = 0;
  await visitFigureColumns(store, filter, (group) => {
    const rows = group.rows.filter(() => isWanted(customer++));
    for (const collector of collected) collector.add(group, rows);
  });
  const columns = collected.map(({ end }) => end());
  const [first] = columns;
  const rowCount =
    first === undefined ? 0 : first.kind === 'number' ? first.values.length : first.codes.length;
  return {
    table: { rowCount, columns },
    types: new Map(features.map(({ name, type }) => [name, type])),
    labels: null,
    total,
    words: featureWords(model?.schema),
  };
}

interface Collector {
  readonly add: (group: FigureGroup, rows: Uint32Array) => void;
  readonly end: () => Column;
}

function collectorOf(feature: Feature): Collector {
  return feature.range === null ? collectLevels(feature) : collectNumbers(feature);
}

function collectNumbers({ name }: Feature): Collector {
  const values: number[] = [];
  return {
    add: (group, rows) => {
      const input = group.input(name);
      for (const row of rows) values.push(input?.kind === 'number' ? input.values[row]! : NaN);
    },
    end: () => ({ kind: 'number', name, values: Float64Array.from(values) }),
  };
}

/** Models may have the same level under different codes. */
function collectLevels({ name }: Feature): Collector {
  const places = new Map<string, number>();
  const codes: number[] = [];
  const placeOf = (level: string): number => {
    const place = places.get(level) ?? places.size;
    places.set(level, place);
    return place;
  };
  return {
    add: (group, rows) => {
      const input = group.input(name);
      const texts = input?.kind === 'level' ? [...(group.levelsOf(name) ?? []), ...input.others] : [];
      for (const row of rows) {
        const text = input?.kind === 'level' ? texts[input.codes[row]!] : undefined;
        codes.push(text === undefined ? MISSING : placeOf(text));
      }
    },
    end: () => ({ kind: 'category', name, levels: [...places.keys()], codes: Int32Array.from(codes) }),
  };
}

function requireAll(names: readonly string[], found: readonly { readonly name: string }[]): void {
  const missing = names.filter((name) => !found.some((one) => one.name === name));
  if (missing.length > 0)
    throw new Conflict(`There is no column ${missing.join(', ')} any more. Choose other columns.`);
}

/** Rows of a group, those whose outcome is known, and those of them who left. */
export function countGroup({ table, labels }: GroupingRows, isInGroup: (row: number) => boolean) {
  const counts = { count: 0, known: 0, left: 0 };
  for (let row = 0; row < table.rowCount; row++) {
    if (!isInGroup(row)) continue;
    counts.count++;
    if (labels === null || labels[row] === undecided) continue;
    counts.known++;
    counts.left += labels[row]!;
  }
  return counts;
}
