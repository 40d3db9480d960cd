/** Neural networks: the inputs that are not zero, then each unit as a sum over the layer before. */
import type { NetworkModel } from '../../../ml/network/network.ts';
import { NO_INPUT, type CategoryInputs, type NumberInputs } from '../../../ml/network/inputs.ts';
import { MISSING } from '../../../ml/data/table.ts';
import type { Dialect } from './dialects.ts';
import { addSigmoid, balanced, literal, pieceOf } from './expressions.ts';
import { addColumn, type Steps } from './steps.ts';

type Layers = NetworkModel['networks'][number];

/** Adds the probability that the mean log-odds of the networks give. */
export function addNetwork(steps: Steps, model: NetworkModel, inputs: readonly string[]): string {
  const { dialect } = steps;
  const places = steps.add(
    'u',
    model.inputs.columns.flatMap((column, c) =>
      column.kind === 'number' && column.knots.length >= 2 ? [placeSql(dialect, column, inputs[c]!)] : [],
    ),
  );
  let next = 0;
  const entries = model.inputs.columns.flatMap((column, c) => {
    if (column.kind === 'category') return categoryEntries(column, inputs[c]!, dialect);
    return numberEntries(column, inputs[c]!, column.knots.length >= 2 ? places[next++]! : '', dialect);
  });
  const names = steps.add(
    'x',
    entries.map(({ sql }) => sql),
  );
  const first = entries.map(({ input }, i) => ({ input, name: names[i]! }));
  const margins = model.networks.map((layers) => addLayers(steps, layers, first));
  return addSigmoid(steps, `${balanced(margins)} / ${literal(dialect, margins.length)}`);
}

/** An input of the first layer that may be other than zero. */
interface Entry {
  readonly input: number;
  readonly sql: string;
}

/** Where a number lies among the knots: interval + share within it. */
function placeSql(dialect: Dialect, { knots }: NumberInputs, input: string): string {
  const first = literal(dialect, knots[0]!);
  const last = literal(dialect, knots.at(-1)!);
  const pieces = Array.from(knots.subarray(1), (end, i) => {
    const start = knots[i]!;
    const width = literal(dialect, end - start);
    return `${literal(dialect, i)} + (${input} - ${literal(dialect, start)}) / ${width}`;
  });
  const inner = pieceOf(dialect, input, [...knots.subarray(1, -1)], pieces, '<');
  return (
    `CASE WHEN ${input} IS NULL THEN NULL WHEN ${input} <= ${first} THEN ${literal(dialect, 0)} ` +
    `WHEN ${input} >= ${last} THEN ${literal(dialect, knots.length - 1)} ELSE ${inner} END`
  );
}

function numberEntries(column: NumberInputs, input: string, place: string, dialect: Dialect): Entry[] {
  const { scores, scoreInput, hatInput, missingInput } = column;
  const zero = literal(dialect, 0);
  const one = literal(dialect, 1);
  const missing: Entry[] =
    missingInput === NO_INPUT
      ? []
      : [{ input: missingInput, sql: `CASE WHEN ${input} IS NULL THEN ${one} ELSE ${zero} END` }];
  if (place === '') return missing;
  const lines = Array.from(scores.subarray(1), (score, i) => {
    const slope = literal(dialect, score - scores[i]!);
    return `${literal(dialect, scores[i]!)} + ${slope} * (${place} - ${literal(dialect, i)})`;
  });
  const ends = Array.from({ length: lines.length - 1 }, (_, i) => i + 1);
  const score = `CASE WHEN ${place} IS NULL THEN ${zero} ELSE ${pieceOf(dialect, place, ends, lines, '<')} END`;
  const hats = hatInput === NO_INPUT ? [] : Array.from(scores, (_, k) => k);
  return [
    { input: scoreInput, sql: score },
    ...hats.map((k) => {
      const away = `ABS(${place} - ${literal(dialect, k)})`;
      return {
        input: hatInput + k,
        sql: `CASE WHEN ${away} < ${one} THEN ${one} - ${away} ELSE ${zero} END`,
      };
    }),
    ...missing,
  ];
}

function categoryEntries(
  { inputOfLevel, missingInput }: CategoryInputs,
  input: string,
  dialect: Dialect,
): Entry[] {
  const codes = new Map<number, number[]>();
  for (const [code, own] of [[MISSING, missingInput], ...inputOfLevel.entries()] as const)
    if (own !== NO_INPUT) codes.set(own, [...(codes.get(own) ?? []), code]);
  return Array.from(codes, ([own, levels]) => ({
    input: own,
    sql: `CASE WHEN ${input} IN (${levels.join(', ')}) THEN ${literal(dialect, 1)} ELSE ${literal(dialect, 0)} END`,
  }));
}

/** Gives the column with the log-odds of one network. */
function addLayers(
  steps: Steps,
  layers: Layers,
  first: readonly { readonly input: number; readonly name: string }[],
): string {
  const { dialect } = steps;
  let before = first;
  for (const [l, { weights, shift }] of layers.entries()) {
    const units = Array.from(shift, (own, unit) => {
      const terms = before.flatMap(({ input, name }) => {
        const weight = weights[input * shift.length + unit]!;
        return weight === 0 ? [] : [`${literal(dialect, weight)} * ${name}`];
      });
      return balanced([literal(dialect, own), ...terms]);
    });
    if (l === layers.length - 1) return addColumn(steps, 'o', units[0]!);
    const sums = steps.add('a', units);
    const zero = literal(dialect, 0);
    const rectified = steps.add(
      'h',
      sums.map((name) => `CASE WHEN ${name} > ${zero} THEN ${name} ELSE ${zero} END`),
    );
    before = rectified.map((name, input) => ({ input, name }));
  }
  throw new RangeError('the network has no layers');
}
