/** Risk by the values of the active model's columns: which columns are worth a figure, and their groups. */
import type { Db } from '../db.ts';
import type { Feature, Schema } from '../ml/schema.ts';
import { groupByFeature, groupByInterval } from '../store/predictions.ts';
import type { Group, PredictionFilter } from '../store/predictions.ts';
import { labelOf } from './column-names.ts';

export interface FigureBar extends Group {
  /** How the bar is named. */
  readonly words: string;
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

const maxLevels = 12;
/** Bars of fewer customers say little and would tell about single people. */
const minCustomers = 5;

/** A figure a column, the one with the largest spread first. */
export async function listFigures(db: Db, schema: Schema, filter: PredictionFilter): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const feature of schema.features) {
    const bars =
      feature.range === null ? await levelBars(db, feature, filter) : await intervalBars(db, feature, filter);
    const shown = bars.filter((bar) => bar.count >= minCustomers);
    if (shown.length < 2) continue;
    const means = shown.map((bar) => bar.meanProbability);
    figures.push({
      column: feature.name,
      label: labelOf(feature.name),
      bars: shown,
      spread: Math.max(...means) - Math.min(...means),
    });
  }
  return figures.sort((a, b) => b.spread - a.spread);
}

/** Columns such as a contract: few levels, and the risk differs between them. */
export function pickContractLike(figures: readonly Figure[], schema: Schema, count: number): Figure[] {
  const categories = new Set(
    schema.features.filter((feature) => feature.range === null).map((feature) => feature.name),
  );
  return figures.filter((figure) => categories.has(figure.column) && figure.bars.length <= 6).slice(0, count);
}

async function levelBars(db: Db, feature: Feature, filter: PredictionFilter): Promise<FigureBar[]> {
  const groups = await groupByFeature(db, filter, feature.name, maxLevels);
  return groups
    .map((group) => ({
      ...group,
      words: group.level === '' ? 'Not known' : group.level,
      filter: { column: feature.name, level: group.level },
    }))
    .sort((a, b) => b.meanProbability - a.meanProbability);
}

async function intervalBars(db: Db, feature: Feature, filter: PredictionFilter): Promise<FigureBar[]> {
  const edges = intervalEdges(feature);
  if (feature.type === 'date' || edges.length < 3) return [];
  const groups = await groupByInterval(db, filter, feature.name, edges);
  return groups.map((group) => {
    const i = Number(group.level);
    const isLast = i === edges.length - 2;
    const [from, to] = [edges[i]!, edges[i + 1]!];
    return {
      ...group,
      words: isLast ? `${from} or more` : `${from} to under ${to}`,
      // The outer bars are open: a customer below or above what training saw belongs to them.
      filter: { column: feature.name, ...(i === 0 ? {} : { from }), ...(isLast ? {} : { to }) },
    };
  });
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
