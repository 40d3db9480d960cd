/** Parameters of the network: meaning, usual values and bounds. See network.ts for the method. */
import type { ClassWeight } from '../data/training-data.ts';

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
  hidden: [32, 16],
  batchNorm: true,
  dropout: 0.2,
  learningRate: 0.007,
  weightDecay: 0.1,
  l1: 0,
  l2: 0,
  batchRows: 128,
  maxEpochs: 12,
  validationShare: 0.1,
  patience: 2,
  focus: 0,
  classWeight: 'none',
  knots: 10,
  networks: 3,
};

/** @throws RangeError when a parameter is out of bounds. */
export function checkNetworkParams(params: NetworkParams): void {
  const check = (ok: boolean, text: string): void => {
    if (!ok) throw new RangeError(`network: ${text}`);
  };
  const whole = (value: number, low: number, high: number): boolean =>
    Number.isInteger(value) && value >= low && value <= high;
  const { hidden, dropout, learningRate, weightDecay, l1, l2, focus, validationShare, knots } = params;
  check(
    hidden.length >= 1 && hidden.length <= 3 && hidden.every((units) => whole(units, 1, 1024)),
    'hidden must be one to three layers of 1 to 1,024 units',
  );
  check(dropout >= 0 && dropout < 1, 'dropout must be in [0, 1)');
  check(learningRate > 0 && learningRate <= 1, 'learningRate must be in (0, 1]');
  check(
    [weightDecay, l1, l2, focus].every((v) => v >= 0 && v < Infinity),
    'penalties and focus must not be negative',
  );
  check(validationShare >= 0 && validationShare <= 0.5, 'validationShare must be in [0, 0.5]');
  check(whole(params.batchRows, 2, 1_000_000), 'batchRows must be at least 2');
  check(whole(params.maxEpochs, 1, 10_000), 'maxEpochs must be at least 1');
  check(params.patience >= 1, 'patience must be at least 1');
  check(knots === 0 || whole(knots, 3, 1000), 'knots must be 0 or at least 3');
  check(whole(params.networks, 1, 20), 'networks must be 1 to 20');
}
