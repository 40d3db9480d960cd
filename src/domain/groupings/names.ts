/** Names proposed for groups, from what sets each apart from all customers. */
import type { NearestColumn } from '../../store/segment-documents.ts';
import type { FeatureWords } from '../scoring/feature-words.ts';

interface Trait {
  readonly words: string;
  /** In standard deviations, at least 0. */
  readonly size: number;
  /** Of each group: its middle, or the share of the level. */
  readonly values: readonly number[];
}

/** 'No internet service' is in many columns of the same customers. */
function saysTheSame(a: Trait, b: Trait): boolean {
  return a.values.every((value, group) => Math.abs(value - b.values[group]!) < 0.02);
}

/** Below it a group is like all others. */
const smallest = 0.4;
const most = 2;

/** One a group, all different. `counts`: customers of each group. */
export function nameGroups(
  columns: readonly NearestColumn[],
  counts: readonly number[],
  words: FeatureWords,
): string[] {
  const names = counts.map((_, group) => {
    const traits = columns
      .flatMap((column) => traitsOf(column, group, counts, words))
      .filter(({ size }) => size >= smallest)
      .sort((a, b) => b.size - a.size)
      .filter((one, i, all) => !all.slice(0, i).some((other) => saysTheSame(one, other)))
      .slice(0, most);
    return traits.length === 0
      ? 'Like most customers'
      : capital(traits.map((trait) => trait.words).join(', '));
  });
  return names.map((name, i) => (names.indexOf(name) === i ? name : `${name} (${i + 1})`));
}

/** The one that says most in this column. */
function traitsOf(
  column: NearestColumn,
  group: number,
  counts: readonly number[],
  words: FeatureWords,
): Trait[] {
  const title = words.title(column.name);
  if (column.kind === 'number') {
    const centre = column.centres[group]!;
    return [
      {
        words: `${centre > 0 ? 'high' : 'low'} ${title.toLowerCase()}`,
        size: Math.abs(centre),
        values: column.centres,
      },
    ];
  }
  const traits = column.levels.map((level, l) => {
    const values = column.shares.map((shares) => shares[l]!);
    const share = averageOf(values, counts);
    const size = (column.shares[group]![l]! - share) / Math.sqrt(share * (1 - share));
    const value = level === '' ? 'not known' : words.value(column.name, level);
    return { words: `${title}: ${value}`, size: share > 0 && share < 1 ? size : 0, values };
  });
  return traits.sort((a, b) => b.size - a.size).slice(0, 1);
}

function averageOf(values: readonly number[], weights: readonly number[]): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return values.reduce((sum, value, i) => sum + value * weights[i]!, 0) / total;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
