import { expect, it } from 'vitest';
import { meanMargins } from '../../../src/ml/network/infer.ts';
import { fitInputs } from '../../../src/ml/network/inputs.ts';
import { meanLoss } from '../../../src/ml/network/losses.ts';
import { packRows } from '../../../src/ml/network/packing.ts';
import { createNetwork, foldNetwork } from '../../../src/ml/network/passes.ts';
import { takeValidation, validationLoss } from '../../../src/ml/network/validation.ts';
import { createRandom } from '../../../src/ml/math/random.ts';
import { sampleData, spoil } from '../tree/sample-tables.ts';

it.each([0, 2])('is the loss of what the network says of the rows set aside, focus %d', (focus) => {
  const { table: clean, target } = sampleData(900, 6, 1);
  const table = spoil(clean);
  const inputs = fitInputs(table, 10);
  const random = createRandom(2);
  const network = createNetwork({ ...inputs, widths: [5, 3], batchNorm: true }, -0.5, random);
  for (const weights of [network.parameters.outWeights, ...network.parameters.weights])
    for (let i = 0; i < weights.length; i++) weights[i] = random.normal();
  const layers = foldNetwork(network);
  const weights = Float64Array.from(target, () => 0.5 + random.next());
  const rows = Int32Array.from({ length: 600 }, () => random.below(900));
  const aside = takeValidation(packRows(inputs, table), target, weights, rows);
  const margins = meanMargins(inputs, [layers], table, rows);
  const labels = Uint8Array.from(rows, (row) => target[row]!);
  const ofRows = Float64Array.from(rows, (row) => weights[row]!);
  const expected = meanLoss(margins, labels, ofRows, 600, focus, new Float64Array(600));
  expect(validationLoss(aside, layers, focus)).toBeCloseTo(expected, 10);
});
