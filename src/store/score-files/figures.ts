/** The columns that figures by column are computed from. */
import { readJson } from '../json.ts';
import { Inputs, Reasons } from '../prediction-documents.ts';
import type { PredictionFilter } from '../prediction-filters.ts';
import { missingLevel, noReason, reasonsPerRow } from './group.ts';
import type { InputColumn } from './group.ts';
import type { InputValues } from './inputs.ts';
import type { StoredReasons } from './other-scores.ts';
import { visitMatches } from './scan.ts';
import type { MatchingGroup } from './scan.ts';
import { visitSingles } from './singles.ts';
import type { Single } from './singles.ts';
import type { ScoreStore } from './store.ts';

/** Some of the matching scores, all of one model. */
export interface FigureGroup {
  /** The places, in every column, of the rows that match, ascending. Other rows do not count. */
  readonly rows: Uint32Array;
  readonly probability: Float64Array;
  /** NaN: not known. */
  readonly monthlyValue: Float64Array;
  /** The levels of the feature that the codes of `input` mean; undefined: the model has no such feature. */
  levelsOf(feature: string): readonly string[] | undefined;
  /** Read when asked for; undefined: the model has no such feature. */
  input(feature: string): InputColumn | undefined;
  /** Read when asked for: `reasonsPerRow` entries a row. */
  reasons(): StoredReasons;
}

/** All matching scores, group by group: memory does not grow with their number. */
export async function visitFigureColumns(
  store: ScoreStore,
  filter: PredictionFilter,
  visit: (group: FigureGroup) => void,
): Promise<void> {
  await visitMatches(store, filter, (group) => {
    visit(ofBatch(group));
  });
  await visitSingleGroups(store, filter, visit);
}

function ofBatch({ view, rows }: MatchingGroup): FigureGroup {
  const places = new Map(view.header.features.map(({ name }, place) => [name, place]));
  const ofFeature = <T>(name: string, read: (place: number) => T): T | undefined =>
    places.has(name) ? read(places.get(name)!) : undefined;
  return {
    rows,
    probability: view.column('probability'),
    monthlyValue: view.column('monthlyValue'),
    levelsOf: (name) => ofFeature(name, (place) => view.header.features[place]!.levels),
    input: (name) => ofFeature(name, (place) => view.input(place)),
    reasons: () => ({
      features: view.header.features.map(({ name }) => name),
      places: view.column('reasonFeatures'),
      points: view.column('reasonPoints'),
    }),
  };
}

type SingleWithInputs = Single & { readonly inputs: InputValues; readonly reasons: string };

/** Single customers become columns too, so that all are grouped in the same way. */
const singlesAtOnce = 10_000;

async function visitSingleGroups(
  store: ScoreStore,
  filter: PredictionFilter,
  visit: (group: FigureGroup) => void,
): Promise<void> {
  const byModel = new Map<number | null, SingleWithInputs[]>();
  const collect = (single: Single, row: Readonly<Record<string, unknown>>): void => {
    const inputs = readJson(Inputs, String(row['inputs']), `inputs of prediction ${single.id}`);
    const singles = byModel.get(single.modelId) ?? [];
    singles.push({ ...single, inputs, reasons: String(row['reasons']) });
    byModel.set(single.modelId, singles);
    if (singles.length < singlesAtOnce) return;
    visit(ofSingles(singles));
    byModel.delete(single.modelId);
  };
  await visitSingles(store, filter, collect, ['inputs', 'reasons']);
  for (const singles of byModel.values()) visit(ofSingles(singles));
}

function ofSingles(singles: readonly SingleWithInputs[]): FigureGroup {
  const isKnown = (name: string): boolean => singles.some(({ inputs }) => name in inputs);
  return {
    rows: Uint32Array.from(singles.keys()),
    probability: Float64Array.from(singles, ({ probability }) => probability),
    monthlyValue: Float64Array.from(singles, ({ monthlyValue }) => monthlyValue),
    levelsOf: (name) => (isKnown(name) ? [] : undefined),
    input: (name) =>
      isKnown(name) ? toColumn(singles.map(({ inputs }) => inputs[name] ?? null)) : undefined,
    reasons: () => reasonsOf(singles),
  };
}

/** As many of each as a score file has. */
function reasonsOf(singles: readonly SingleWithInputs[]): StoredReasons {
  const placeOf = new Map<string, number>();
  const places = new Uint16Array(singles.length * reasonsPerRow).fill(noReason);
  const points = new Float32Array(places.length);
  singles.forEach(({ id, reasons }, row) => {
    const { strongest } = readJson(Reasons, reasons, `reasons of prediction ${id}`);
    strongest.slice(0, reasonsPerRow).forEach((reason, i) => {
      if (!placeOf.has(reason.feature)) placeOf.set(reason.feature, placeOf.size);
      places[row * reasonsPerRow + i] = placeOf.get(reason.feature)!;
      points[row * reasonsPerRow + i] = reason.points;
    });
  });
  return { features: [...placeOf.keys()], places, points };
}

/** A model reads a column as numbers or as texts: one number says which. */
function toColumn(values: readonly InputValues[string][]): InputColumn {
  if (values.some((value) => typeof value === 'number'))
    return {
      kind: 'number',
      values: Float64Array.from(values, (value) => (typeof value === 'number' ? value : NaN)),
    };
  const others = [...new Set(values.filter((value) => typeof value === 'string'))];
  const codes = new Map(others.map((text, code) => [text, code]));
  return {
    kind: 'level',
    codes: Int32Array.from(values, (value) => (typeof value === 'string' ? codes.get(value)! : missingLevel)),
    others,
  };
}
