/** The probability of a model as SQL, one entry a family: a new family does not compile without one. */
import { CUT as blendCut } from '../../../ml/auto/blend.ts';
import type { FittedEstimator } from '../../../ml/estimators.ts';
import type { FamilyModels, FamilyName, FittedFamily } from '../../../ml/families.ts';
import { CUT as calibrationCut, type Calibration } from '../../../ml/model/calibration.ts';
import type { Model } from '../../../ml/model/model.ts';
import { addCutLogit, addSigmoid, balanced, literal, pieceOf } from './expressions.ts';
import { addLinear } from './linear.ts';
import { addNetwork } from './network.ts';
import { addColumn, type Steps } from './steps.ts';
import { addTrees, treeSql } from './trees.ts';

export interface ProbabilityColumns {
  readonly probability: string;
  /** One a feature, in log-odds, where reasons add up; null: those of this model need more than one pass over its trees. */
  readonly contributions: readonly string[] | null;
}

type Writer<Model> = (steps: Steps, model: Model, inputs: readonly string[]) => ProbabilityColumns;

const writers: { readonly [F in FamilyName]: Writer<FamilyModels[F]> } = {
  logistic: addLinear,
  forest: (steps, model, inputs) => {
    const count = literal(steps.dialect, model.trees.roots.length - 1);
    return withoutReasons(addColumn(steps, 'p', `${addTrees(steps, model, inputs)} / ${count}`));
  },
  boosting: (steps, model, inputs) => {
    const base = literal(steps.dialect, model.baseMargin);
    return withoutReasons(addSigmoid(steps, `${base} + ${addTrees(steps, model, inputs)}`));
  },
  network: (steps, model, inputs) => withoutReasons(addNetwork(steps, model, inputs)),
  'logit-leaf': (steps, { bins, tree, leaves }, inputs) => {
    const ofLeaves = leaves.map((leaf) =>
      leaf === null ? null : addLinear(steps, leaf, inputs).probability,
    );
    const leaf = (node: number) => ofLeaves[node] ?? literal(steps.dialect, tree.value[node]!);
    return withoutReasons(
      addColumn(steps, 'p', treeSql(steps.dialect, { bins, trees: tree }, inputs, 0, leaf)),
    );
  },
};

/** Adds the calibrated probability. `inputs`: the column of each feature, a number or the code of a level. */
export function addProbability(
  steps: Steps,
  { estimator, calibration }: Pick<Model, 'estimator' | 'calibration'>,
  inputs: readonly string[],
): ProbabilityColumns {
  const { probability, contributions } = addEstimator(steps, estimator, inputs);
  return { probability: addCalibration(steps, calibration, probability), contributions };
}

function addEstimator(steps: Steps, fitted: FittedEstimator, inputs: readonly string[]): ProbabilityColumns {
  if (fitted.family !== 'auto') return addFamily(steps, fitted, inputs);
  const { members, blend } = fitted.model;
  const added = members.map((member) => addFamily(steps, member, inputs));
  const terms = added.map(({ probability }, k) => {
    const weight = literal(steps.dialect, blend.weights[k]!);
    return `${weight} * ${addCutLogit(steps, probability, blendCut)}`;
  });
  const probability = addSigmoid(steps, balanced([literal(steps.dialect, blend.intercept), ...terms]));
  // A single member's reasons are scaled by the blend, all by the same.
  return { probability, contributions: added.length === 1 ? added[0]!.contributions : null };
}

function addFamily<F extends FamilyName>(
  steps: Steps,
  { family, model }: FittedFamily<F>,
  inputs: readonly string[],
): ProbabilityColumns {
  return writers[family](steps, model, inputs);
}

function addCalibration(steps: Steps, calibration: Calibration | undefined, probability: string): string {
  if (calibration === undefined || calibration.method === 'none') return probability;
  const { dialect } = steps;
  if (calibration.method === 'platt') {
    const margin = addCutLogit(steps, probability, calibrationCut);
    const { slope, intercept } = calibration;
    return addSigmoid(steps, `${literal(dialect, slope)} * ${margin} + ${literal(dialect, intercept)}`);
  }
  const { scores, rates } = calibration;
  const pieces = Array.from(rates.subarray(1), (rate, i) => {
    const slope = (rate - rates[i]!) / (scores[i + 1]! - scores[i]!);
    return `${literal(dialect, rates[i]!)} + ${literal(dialect, slope)} * (${probability} - ${literal(dialect, scores[i]!)})`;
  });
  return addColumn(steps, 'p', pieceOf(dialect, probability, [...scores.subarray(1, -1)], pieces, '<'));
}

function withoutReasons(probability: string): ProbabilityColumns {
  return { probability, contributions: null };
}
