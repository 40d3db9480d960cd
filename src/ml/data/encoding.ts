/**
 * The encoder: levels, ranges and shares of missing values of a model's columns, learned from training rows only.
 * Levels that no training row has become UNSEEN, even where other rows of the same file have them.
 */
import { isNumeric } from './row-reader.ts';
import type { Feature, FeatureType, NumberRange } from './schema.ts';
import { MISSING, UNSEEN } from './table.ts';
import type { CategoryColumn, Column, NumberColumn, Table } from './table.ts';

/** Learns each column's levels, range and share of missing values. `types` has one entry a column. */
export function fitEncoder(table: Table, types: readonly FeatureType[]): Feature[] {
  return table.columns.map((column, j) => fitColumn(column, types[j]!, table.rowCount));
}

/** The same rows with the features' own levels and order. @throws RangeError when a column is absent. */
export function encodeTable(features: readonly Feature[], table: Table): Table {
  const byName = new Map(table.columns.map((column) => [column.name, column]));
  const columns = features.map((feature) => {
    const column = byName.get(feature.name);
    if (!column) throw new RangeError(`the table has no column '${feature.name}'`);
    return encodeColumn(feature, column);
  });
  return { rowCount: table.rowCount, columns };
}

function fitColumn(column: Column, type: FeatureType, rowCount: number): Feature {
  if (column.kind === 'number') {
    const present = column.values.filter((value) => !Number.isNaN(value)).sort();
    return {
      name: column.name,
      type,
      levels: [],
      range: present.length > 0 ? rangeOf(present) : null,
      missingShare: 1 - present.length / rowCount,
    };
  }
  const counts = countLevels(column);
  // The same list where nothing is left out, so that the codes stay as they are.
  const levels = counts.includes(0) ? column.levels.filter((_, code) => counts[code]! > 0) : column.levels;
  const present = counts.reduce((sum, count) => sum + count, 0);
  const mode = column.levels[counts.indexOf(Math.max(...counts))];
  return {
    name: column.name,
    type,
    levels,
    range: null,
    missingShare: 1 - present / rowCount,
    ...(mode !== undefined && present > 0 ? { mode } : {}),
  };
}

function rangeOf(sorted: Float64Array): NumberRange {
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
  return {
    min: sorted[0]!,
    max: sorted.at(-1)!,
    median,
    integer: sorted.every((value) => Number.isInteger(value)),
  };
}

function countLevels(column: CategoryColumn): number[] {
  const counts = new Array<number>(column.levels.length).fill(0);
  for (const code of column.codes) if (code >= 0) counts[code]!++;
  return counts;
}

function encodeColumn(feature: Feature, column: Column): NumberColumn | CategoryColumn {
  if (isNumeric(feature) !== (column.kind === 'number')) {
    throw new RangeError(`column '${feature.name}' is not of the type that the model was trained on`);
  }
  if (column.kind === 'number' || column.levels === feature.levels) return column;
  const codeOf = new Map(feature.levels.map((level, code) => [level, code]));
  const recode = Int32Array.from(column.levels, (level) => codeOf.get(level) ?? UNSEEN);
  const codes = column.codes.map((code) => (code >= 0 ? recode[code]! : code === MISSING ? MISSING : UNSEEN));
  return { kind: 'category', name: feature.name, levels: feature.levels, codes };
}
