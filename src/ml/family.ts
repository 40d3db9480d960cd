/**
 * What the program has to know of a family of models: its estimator, its names, how a stored model is checked, what
 * training costs, and what `auto` tries. families.ts has one entry a family.
 */
import { crossFitter, type CrossFitter, type CrossFitTraits } from './auto/cross-fit.ts';
import type { Capacity } from './auto/capacity.ts';
import type { Feature } from './data/schema.ts';
import type { Table } from './data/table.ts';
import type { Estimator, Explanation, FitEnvironment, Scores, TrainingData } from './estimator.ts';
import type { Random } from './math/random.ts';

/** A model read from a file, before it is checked. */
export type ParsedModel = Readonly<Record<string, unknown>>;

/** How many columns of each kind a table has. */
export interface TableShape {
  readonly numbers: number;
  readonly categories: number;
}

export interface FamilyTraits {
  /** On pages: 'Random forest'. */
  readonly title: string;
  /** Seconds that training takes for each cell of the table, with five folds, on one core of 2026. */
  readonly secondsPerCell: number;
  /** Bytes that a fit of so many threads needs for each row, besides the table. */
  readonly fitBytes: (shape: TableShape, threads: number) => number;
  /** What is wrong with a model that was read from a file, in words, or null. */
  readonly check: (model: ParsedModel, features: readonly Feature[]) => string | null;
}

/** One setting that `auto` tries. */
export interface TrialSetting<Params = object> {
  /** When it is tried, among the settings of all families. */
  readonly order: number;
  /** Replaces some of the family's defaults. */
  readonly params: Partial<Params>;
  /** How many times as long it takes as the family's default; 1 when absent. */
  readonly effort?: number;
  /** How fine the structure is that it can learn; low when absent. */
  readonly capacity?: Capacity;
}

/** What `auto` has to know of a family that it may blend. */
export interface MemberTraits<Params, Model> extends FamilyTraits, CrossFitTraits<Model> {
  /** Compared by quick training. */
  readonly isQuick: boolean;
  /** Nominal seconds of one fit: a formula and not measured, so that a seed gives the same model on every machine. */
  readonly fitSeconds: (table: Table) => number;
  readonly trials: readonly TrialSetting<Params>[];
}

/** What can be done with the models of a family, whatever their type. */
export interface TrainableFamily<Name extends string, Model> extends FamilyTraits {
  /** As it stands in model files. */
  readonly name: Name;
  /** The default parameters. */
  readonly defaults: object;
  /** `params` replaces some of the defaults. @throws RangeError as Estimator.fit */
  fit(
    params: object,
    data: TrainingData,
    random: Random,
    environment?: FitEnvironment,
  ): { readonly family: Name; readonly model: Model };
  predict(model: Model, table: Table): Float64Array;
  explain(model: Model, table: Table): Explanation;
  score(model: Model, table: Table): Scores;
}

/** A family that `auto` can tune and blend. */
export interface MemberFamily<Name extends string, Model>
  extends
    TrainableFamily<Name, Model>,
    Omit<MemberTraits<object, Model>, keyof CrossFitTraits<Model>>,
    CrossFitter {}

export function defineTrainable<Name extends string, Params extends object, Model>(
  name: Name,
  estimator: Estimator<Params, Model>,
  traits: FamilyTraits,
): TrainableFamily<Name, Model> {
  const { defaults } = estimator;
  return {
    ...traits,
    name,
    defaults,
    fit: (params, data, random, environment) => ({
      family: name,
      model: estimator.fit({ ...defaults, ...params }, data, random, environment),
    }),
    predict: (model, table) => estimator.predict(model, table),
    explain: (model, table) => estimator.explain(model, table),
    score: (model, table) => estimator.score(model, table),
  };
}

export function defineFamily<Name extends string, Params extends object, Model>(
  name: Name,
  estimator: Estimator<Params, Model>,
  { stages, scoringMicros, ...traits }: MemberTraits<Params, Model>,
): MemberFamily<Name, Model> {
  return {
    ...traits,
    ...defineTrainable(name, estimator, traits),
    ...crossFitter(estimator, { scoringMicros, ...(stages && { stages }) }),
  };
}
