/** A model of another program as one of Holdfast, with the columns of a dataset. */
import type { Feature } from '../../ml/data/schema.ts';
import type { Table } from '../../ml/data/table.ts';
import type { FittedEstimator } from '../../ml/estimators.ts';
import type { Calibration } from '../../ml/model/calibration.ts';
import { withCovers } from '../../ml/tree/cover.ts';
import { matchInputs, type MatchedInputs } from './inputs.ts';
import { toLogistic } from './linear.ts';
import { unusable, type OutsideModel, type OutsideTrees } from './outside-model.ts';
import { toTrees, type BinnedTrees } from './trees.ts';

export interface ConvertedModel {
  /** Those that the model uses. */
  readonly features: readonly Feature[];
  readonly calibration: Calibration;
  /** `table`: rows of these features, which say what customers are usually like: reasons start from there. */
  readonly estimatorFor: (table: Table) => FittedEstimator;
}

/** Of a probability that was added up in single precision. */
const roundingError = 1e-5;

/** `all`: the features of the dataset. @throws AppError 422 that says what cannot be imported, or does not fit the dataset */
export function convert(outside: OutsideModel, all: readonly Feature[]): ConvertedModel {
  const inputs = matchInputs(outside.inputs, inputsInUse(outside), all);
  return {
    features: inputs.features,
    calibration: outside.calibration,
    estimatorFor: estimatorFor(outside, inputs),
  };
}

function estimatorFor({ sum, sumIs }: OutsideModel, inputs: MatchedInputs): ConvertedModel['estimatorFor'] {
  if (sum.kind === 'curves') {
    if (sumIs === 'probability') throw noProbability();
    return (table) => ({ family: 'logistic', model: toLogistic(sum, inputs, table) });
  }
  const { bins, trees } = toTrees(sumIs === 'probability' ? withRates(sum) : sum, inputs);
  const hasCovers = sum.trees.every(({ cover }) => cover !== null);
  return (table) => {
    const model: BinnedTrees = { bins, trees: hasCovers ? trees : withCovers(bins, trees, table) };
    return sumIs === 'probability'
      ? { family: 'forest', model: { ...model, outOfBag: null } }
      : { family: 'boosting', model: { ...model, baseMargin: sum.constant } };
  };
}

/** The inputs that a tree or curve uses: of others the dataset needs no column. */
function inputsInUse({ sum }: OutsideModel): number[] {
  if (sum.kind === 'curves') return distinct(sum.curves.map(({ input }) => input));
  const columns = new Set<number>();
  for (const { column } of sum.trees) for (const one of column) if (one >= 0) columns.add(one);
  return distinct([...columns].map((column) => sum.columns[column]!.input));
}

function distinct(numbers: readonly number[]): number[] {
  return [...new Set(numbers)].sort((a, b) => a - b);
}

/** A forest is the mean of its trees: each leaf is a rate. */
function withRates(sum: OutsideTrees): OutsideTrees {
  const count = sum.trees.length;
  const rateOf = (value: number) => {
    const rate = value * count + sum.constant;
    if (!(rate > -roundingError && rate < 1 + roundingError)) throw noProbability();
    return Math.min(Math.max(rate, 0), 1);
  };
  const trees = sum.trees.map((tree) => ({
    ...tree,
    value: tree.value.map((value, node) => (tree.column[node]! < 0 ? rateOf(value) : 0)),
  }));
  return { ...sum, constant: 0, trees };
}

function noProbability() {
  return unusable(
    'The model gives a number that is no probability. Import a classifier, such as a logistic regression.',
  );
}
