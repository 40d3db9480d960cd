/**
 * Models that XGBoost saved as JSON (`save_model('model.json')`): boosted trees for two classes. What is in the file is believed
 * only after it was checked: sizes, numbers, and that every tree is one.
 */
import { z } from 'zod';
import { logit } from '../../ml/math/sigmoid.ts';
import { inputCurve } from './curve.ts';
import { checkShape, limits, unusable, type OutsideModel, type OutsideTree } from './outside-model.ts';

const numbers = z.array(z.number()).max(limits.nodes);
/** Flags are 0 and 1, or in early versions true and false. */
const flags = z.array(z.union([z.number(), z.boolean()])).max(limits.nodes);

const Tree = z.object({
  left_children: numbers.min(1),
  right_children: numbers,
  split_indices: numbers,
  split_conditions: numbers,
  default_left: flags,
  sum_hessian: numbers,
  /** 1: a split by a set of categories. */
  split_type: numbers.optional(),
});

const File = z.object({
  version: z.array(z.number()).max(10),
  learner: z.object({
    feature_names: z.array(z.string().max(1_000)).max(limits.inputs).default([]),
    learner_model_param: z.object({ base_score: z.string(), num_class: z.string() }),
    objective: z.object({ name: z.string() }),
    attributes: z.record(z.string(), z.string()).default({}),
    gradient_booster: z.object({
      name: z.string(),
      model: z.object({
        gbtree_model_param: z.object({ num_parallel_tree: z.string().default('1') }),
        trees: z.array(Tree).min(1).max(limits.trees),
      }),
    }),
  }),
});
type File = z.infer<typeof File>;

/** @throws AppError 422 that says what is wrong, and what to do */
export function readXgboost(text: string): OutsideModel {
  const { version, learner } = parse(text);
  const trees = treesInUse(learner);
  const nodes = trees.reduce((sum, tree) => sum + tree.left_children.length, 0);
  if (nodes > limits.nodes)
    throw unusable(`The model has ${nodes} nodes; at most ${limits.nodes} can be imported.`);
  const names = learner.feature_names;
  return {
    origin: `XGBoost ${version.join('.')}`,
    inputs: names.map((name) => ({ name, type: 'number', datesAreDays: false })),
    sum: {
      kind: 'trees',
      constant: baseMarginOf(learner),
      // XGBoost compares floats.
      columns: names.map((_, input) => inputCurve(input, true)),
      trees: trees.map((tree, i) => toTree(tree, names.length, i)),
    },
    sumIs: 'log-odds',
    calibration: { method: 'none' },
  };
}

function parse(text: string): File {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw unusable('The file cannot be read as JSON. Save the model with save_model("model.json").');
  }
  checkKind(json);
  const read = File.safeParse(json);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw unusable(
    `The file is not a model of XGBoost that can be read: ${issue?.path.join('.') ?? ''} is not as expected.`,
  );
}

/** What the trees are of, before their shape is looked at: other kinds have other fields. */
function checkKind(json: unknown): void {
  const Kind = z.object({
    learner: z.object({
      feature_names: z.array(z.string()).default([]),
      learner_model_param: z.object({ num_class: z.string() }),
      objective: z.object({ name: z.string() }),
      gradient_booster: z.object({ name: z.string() }),
    }),
  });
  const read = Kind.safeParse(json);
  if (!read.success)
    throw unusable('The file is not a model of XGBoost. Save it with save_model("model.json").');
  const { learner } = read.data;
  if (learner.gradient_booster.name !== 'gbtree')
    throw unusable(`The model is a ${learner.gradient_booster.name}; only gbtree can be imported.`);
  if (
    !/^(binary|reg):logistic$/.test(learner.objective.name) ||
    !['0', '1', '2'].includes(learner.learner_model_param.num_class)
  )
    throw unusable(
      `The model was trained for ${learner.objective.name}; only binary:logistic can be imported.`,
    );
  if (learner.feature_names.length === 0)
    throw unusable(
      'The model does not name its inputs. Train it on a data frame, so that they have the names of columns.',
    );
}

/** Those that `predict_proba` uses: up to the best round, where training was stopped early. */
function treesInUse({ attributes, gradient_booster: { model } }: File['learner']): z.infer<typeof Tree>[] {
  const best = Number(attributes['best_iteration'] ?? NaN);
  const perRound = Number(model.gbtree_model_param.num_parallel_tree);
  return Number.isInteger(best) && best >= 0 && perRound >= 1
    ? model.trees.slice(0, (best + 1) * perRound)
    : model.trees;
}

/** '5E-1', or in later versions '[5E-1]': the probability that the sums start from. */
function baseMarginOf({ learner_model_param: { base_score: text } }: File['learner']): number {
  const score = Number(text.replace(/[[\]]/g, ''));
  if (!(score > 0 && score < 1))
    throw unusable(`The base score of the model is '${text.slice(0, 40)}', which is no probability.`);
  return logit(score);
}

function toTree(tree: z.infer<typeof Tree>, inputCount: number, index: number): OutsideTree {
  const wrong = (what: string) => unusable(`Tree ${index} of the model ${what}.`);
  const {
    left_children: left,
    right_children: right,
    split_indices: inputs,
    split_conditions: conditions,
  } = tree;
  const count = left.length;
  if ([right, inputs, conditions, tree.default_left, tree.sum_hessian].some(({ length }) => length !== count))
    throw wrong('has lists of different lengths');
  if (tree.split_type?.includes(1))
    throw wrong(
      'splits by sets of categories. Give the model an input for each category instead, as get_dummies does',
    );
  if (![...conditions, ...tree.sum_hessian].every(Number.isFinite))
    throw wrong('has numbers that are not finite');
  checkShape(left, right, wrong);
  const isLeaf = (node: number) => left[node] === -1;
  if (
    inputs.some(
      (input, node) => !isLeaf(node) && !(Number.isInteger(input) && input >= 0 && input < inputCount),
    )
  )
    throw wrong('splits on an input that there is not');
  return {
    column: Int32Array.from(inputs, (input, node) => (isLeaf(node) ? -1 : input)),
    test: inputs.map(() => 'less'),
    edge: Float64Array.from(conditions, (value, node) => (isLeaf(node) ? 0 : Math.fround(value))),
    members: new Map(),
    missingGoesLeft: Uint8Array.from(tree.default_left, Number),
    left: Int32Array.from(left),
    right: Int32Array.from(right),
    value: Float64Array.from(conditions, (value, node) => (isLeaf(node) ? value : 0)),
    // A leaf that no row reached in training.
    cover: Float64Array.from(tree.sum_hessian, (weight) => Math.max(weight, 1e-6)),
  };
}
