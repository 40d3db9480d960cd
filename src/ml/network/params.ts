/** Parameters of the network: meaning, usual values and bounds. See network.ts for the method. */
import type { ClassWeight } from '../data/training-data.ts';
import { checkBounds, notNegative } from '../math/bounds.ts';

export interface NetworkParams {
  /** Units of each hidden layer, one to three layers. */
  readonly hidden: readonly number[];
  readonly batchNorm: boolean;
  /** Share of hidden units dropped while training, in [0, 1). */
  readonly dropout: number;
  readonly learningRate: number;
  /** Decoupled weight decay, ≥ 0. */
  readonly weightDecay: number;
  /** λ₁, λ₂ ≥ 0. */
  readonly l1: number;
  readonly l2: number;
  readonly batchRows: number;
  readonly maxEpochs: number;
  /** Share of rows set aside to stop early, in [0, 0.5]; 0 runs all epochs. */
  readonly validationShare: number;
  /** Epochs without improvement before stopping. */
  readonly patience: number;
  /** Exponent of the focal loss, ≥ 0; 0 is cross-entropy. */
  readonly focus: number;
  readonly classWeight: ClassWeight;
  /** Knots of a number's curve, ≥ 3, or 0 for its smooth score alone. */
  readonly knots: number;
  /** Networks averaged, 1 to 20. */
  readonly networks: number;
}

export const networkDefaults: NetworkParams = {
  hidden: [16],
  batchNorm: false,
  dropout: 0,
  learningRate: 0.03,
  weightDecay: 0.2,
  l1: 0,
  l2: 0,
  batchRows: 128,
  maxEpochs: 8,
  validationShare: 0.1,
  patience: 2,
  focus: 0,
  classWeight: 'none',
  knots: 10,
  networks: 2,
};

const bounds = {
  dropout: { min: 0, below: 1 },
  learningRate: { above: 0, max: 1 },
  weightDecay: notNegative,
  l1: notNegative,
  l2: notNegative,
  batchRows: { min: 2, max: 1_000_000, isWhole: true },
  maxEpochs: { min: 1, max: 10_000, isWhole: true },
  validationShare: { min: 0, max: 0.5 },
  patience: { min: 1 },
  focus: notNegative,
  networks: { min: 1, max: 20, isWhole: true },
} as const;

/** @throws RangeError when a parameter is out of bounds. */
export function checkNetworkParams(params: NetworkParams): void {
  const { hidden, knots } = params;
  const isWhole = (value: number, low: number, high: number): boolean =>
    Number.isInteger(value) && value >= low && value <= high;
  if (!(isWhole(hidden.length, 1, 3) && hidden.every((units) => isWhole(units, 1, 1024))))
    throw new RangeError(
      `network: hidden must be one to three layers of 1 to 1024 units, found [${hidden.join(', ')}]`,
    );
  checkBounds('network', params, bounds);
  if (knots !== 0 && !isWhole(knots, 3, 1000))
    throw new RangeError(`network: knots must be 0 or a whole number from 3 to 1000, found ${knots}`);
}
