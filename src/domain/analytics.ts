/** Risk by the values of the active model's columns: which columns are worth a figure, and their groups. */
import type { Db } from '../db.ts';
import { edgeTexts } from '../format.ts';
import type { Feature, Schema } from '../ml/schema.ts';
import { countPredictions, listFigureRows } from '../store/predictions.ts';
import type { FigureRow, PredictionFilter } from '../store/predictions.ts';
import { labelOf } from './column-names.ts';

export interface FigureBar {
  /** How the bar is named. */
  readonly words: string;
  readonly count: number;
  readonly meanProbability: number;
  readonly high: number;
  readonly revenueAtRisk: number | null;
  /** What narrows the list to this bar. */
  readonly filter: {
    readonly column: string;
    readonly level?: string;
    readonly from?: number;
    readonly to?: number;
  };
}

export interface Figure {
  readonly column: string;
  readonly label: string;
  readonly bars: readonly FigureBar[];
  /** Difference between the riskiest and the safest bar in mean probability. */
  readonly spread: number;
}

export interface Figures {
  readonly figures: readonly Figure[];
  /** Every so-many-th customer was looked at; 1: all of them. */
  readonly step: number;
}

const maxLevels = 12;
/** Bars of fewer customers say little and would tell about single people. */
const minCustomers = 5;
/** Beyond this many customers every second, third … is enough for averages, and the page stays quick. */
const maxRows = 10_000;

/** A figure a column, the one with the largest spread first. */
export async function listFigures(db: Db, schema: Schema, filter: PredictionFilter): Promise<Figures> {
  const step = Math.max(1, Math.ceil((await countPredictions(db, filter)) / maxRows));
  const rows = await listFigureRows(db, filter, step);
  const figures = schema.features.flatMap((feature) => toFigure(feature, rows));
  return { figures: figures.sort((a, b) => b.spread - a.spread), step };
}

/** Columns such as a contract: few levels, and the risk differs between them. */
export function pickContractLike(figures: readonly Figure[], schema: Schema, count: number): Figure[] {
  const categories = new Set(
    schema.features.filter((feature) => feature.range === null).map((feature) => feature.name),
  );
  return figures.filter((figure) => categories.has(figure.column) && figure.bars.length <= 6).slice(0, count);
}

function toFigure(feature: Feature, rows: readonly FigureRow[]): Figure[] {
  const all = feature.range === null ? levelBars(feature, rows) : intervalBars(feature, rows);
  const bars = all.filter((bar) => bar.count >= minCustomers);
  if (bars.length < 2) return [];
  const means = bars.map((bar) => bar.meanProbability);
  const spread = Math.max(...means) - Math.min(...means);
  return [{ column: feature.name, label: labelOf(feature.name), bars, spread }];
}

/** The most frequent levels, the riskiest first. */
function levelBars(feature: Feature, rows: readonly FigureRow[]): FigureBar[] {
  const groups = groupRows(rows, ({ inputs }) => String(inputs[feature.name] ?? ''));
  return [...groups]
    .map(([level, group]) => ({
      ...measure(group),
      words: level === '' ? 'Not known' : level,
      filter: { column: feature.name, level },
    }))
    .sort((a, b) => b.count - a.count)
    .slice(0, maxLevels)
    .sort((a, b) => b.meanProbability - a.meanProbability);
}

function intervalBars(feature: Feature, rows: readonly FigureRow[]): FigureBar[] {
  const edges = intervalEdges(feature);
  if (feature.type === 'date' || edges.length < 3) return [];
  const last = edges.length - 2;
  const names = edgeTexts(edges.slice(1, -1), feature.range!.integer ? 'integer' : 'number');
  const groups = groupRows(rows, ({ inputs }) => {
    const value = inputs[feature.name];
    return typeof value !== 'number'
      ? null
      : Math.min(
          last,
          Math.max(
            0,
            edges.findLastIndex((edge) => edge <= value),
          ),
        );
  });
  return [...groups]
    .sort(([a], [b]) => a - b)
    .map(([i, group]) => {
      const [from, to] = [edges[i]!, edges[i + 1]!];
      // The outer bars are open: a customer below or above what training saw belongs to them.
      const filter = { column: feature.name, ...(i === 0 ? {} : { from }), ...(i === last ? {} : { to }) };
      return { ...measure(group), words: names[i]!, filter };
    });
}

/** Rows by key; a null key leaves a row out. */
function groupRows<Key extends string | number>(
  rows: readonly FigureRow[],
  keyOf: (row: FigureRow) => Key | null,
): Map<Key, FigureRow[]> {
  const groups = new Map<Key, FigureRow[]>();
  for (const row of rows) {
    const key = keyOf(row);
    if (key === null) continue;
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  return groups;
}

function measure(rows: readonly FigureRow[]) {
  const valued = rows.filter(({ monthlyValue }) => monthlyValue !== null);
  return {
    count: rows.length,
    meanProbability: rows.reduce((sum, row) => sum + row.probability, 0) / rows.length,
    high: rows.filter(({ isHigh }) => isHigh).length,
    revenueAtRisk:
      valued.length === 0
        ? null
        : valued.reduce((sum, row) => sum + row.probability * (row.monthlyValue ?? 0), 0),
  };
}

/** About six round steps over the training range. */
function intervalEdges({ range }: Feature): number[] {
  if (range === null || range.max <= range.min) return [];
  const rough = (range.max - range.min) / 6;
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const nice = [1, 2, 2.5, 5, 10].find((factor) => factor * magnitude >= rough)! * magnitude;
  const step = range.integer ? Math.max(1, Math.round(nice)) : nice;
  const first = Math.floor(range.min / step) * step;
  const edges: number[] = [];
  for (let k = 0; first + k * step < range.max + step; k++)
    edges.push(Number((first + k * step).toPrecision(12)));
  return edges;
}
