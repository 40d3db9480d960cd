/**
 * The inputs of a graph: a column of doubles for a number or date, NaN where it is missing; a column of text for levels. Policies
 * apply as in Holdfast, except that nothing is refused: a graph has no way to say why.
 */
import { blanks } from '../../../ml/data/values.ts';
import { levelKey } from '../../../ml/data/levels.ts';
import { isNumeric } from '../../../ml/data/row-reader.ts';
import { usualPolicy, type Feature } from '../../../ml/data/schema.ts';
import { MISSING, UNSEEN } from '../../../ml/data/table.ts';
import { whereMissing } from './arithmetic.ts';
import type { Graph } from './graph.ts';

/** For levels: whole numbers, 0 for an unseen level, 1 for a missing one, then the levels. */
export function addInput(graph: Graph, feature: Feature): string {
  return isNumeric(feature) ? addNumber(graph, feature) : addLevel(graph, feature);
}

/** The number that stands for a code of a level. */
export function placeOfCode(code: number): number {
  return code - UNSEEN;
}

function addNumber(graph: Graph, feature: Feature): string {
  const { missing, outOfRange } = feature.policy ?? usualPolicy;
  let column = graph.input(feature.name, 'double');
  const { min = null, max = null } = feature.allowed ?? feature.range ?? {};
  const clip = (limit: number | null, comparison: 'Less' | 'Greater') => {
    if (limit === null || outOfRange !== 'clip') return;
    const bound = graph.doubles([limit]);
    column = graph.node('Where', [graph.node(comparison, [column, bound]), bound, column]);
  };
  clip(min, 'Less');
  clip(max, 'Greater');
  const typical = missing === 'typical' ? feature.range?.median : undefined;
  return typical === undefined ? column : whereMissing(graph, column, typical, column);
}

function addLevel(graph: Graph, feature: Feature): string {
  const codes = spellings(feature);
  return graph.mlNode('LabelEncoder', [graph.input(feature.name, 'text')], {
    keys_strings: { strings: [...codes.keys()] },
    values_int64s: { ints: Array.from(codes.values(), placeOfCode) },
    default_int64: { int: placeOfCode(feature.policy?.unseen === 'missing' ? MISSING : UNSEEN) },
  });
}

/** Texts are compared as they are written, so that usual ways of writing a level stand beside it. */
function spellings({ levels, mode, policy }: Feature): Map<string, number> {
  const codes = new Map<string, number>();
  const missing = policy?.missing === 'typical' ? (mode === undefined ? 0 : levels.indexOf(mode)) : MISSING;
  for (const blank of blanks) for (const text of [blank, blank.toUpperCase()]) codes.set(text, missing);
  const keys = levels.map(levelKey);
  levels.forEach((level, code) => {
    if (keys.indexOf(keys[code]!) !== keys.lastIndexOf(keys[code]!)) return;
    for (const text of [keys[code]!, level.toUpperCase(), level.trim()])
      if (!codes.has(text)) codes.set(text, code);
  });
  levels.forEach((level, code) => codes.set(level, code));
  return codes;
}
