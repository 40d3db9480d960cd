/**
 * Models of ONNX files: ensembles of trees and linear models, with what prepares their inputs. Nothing of a file is run: each
 * operator is understood as what it computes of one input, or of a sum over inputs, and others are refused by their name.
 */
import type { Label } from '../../../ml/data/schema.ts';
import { DamagedMessage } from '../../onnx/protobuf.ts';
import { unusable, type OutsideModel, type OutsideSum, type OutsideTree } from '../outside-model.ts';
import { calibrationOf, isComplement } from './calibration.ts';
import type { Column, Score, SumColumn, TreeTerm } from './columns.ts';
import { readFile } from './file.ts';
import { evaluateGraph } from './graph.ts';
import { weightedSum, weightedSumOf } from './sums.ts';
import type { Columns } from './values.ts';

/** `label`: of the dataset, whose level the model may name. @throws AppError 422 that says what is wrong, and what to do */
export function readOnnx(bytes: Uint8Array, label: Pick<Label, 'positive' | 'negative'>): OutsideModel {
  const { producer, inputs, output } = readGraph(bytes);
  const column = positiveColumn(output, label);
  const origin = producer === '' ? 'an ONNX file' : `${producer.slice(0, 100)} (ONNX)`;
  return { origin, inputs, ...readProbability(column) };
}

function readGraph(bytes: Uint8Array) {
  try {
    const file = readFile(bytes);
    return { producer: file.producer, ...evaluateGraph(file) };
  } catch (error) {
    if (!(error instanceof DamagedMessage)) throw error;
    throw unusable('The file is damaged, or neither an ONNX model nor a model that XGBoost saved as JSON.');
  }
}

/** Of two classes the one that says a customer left; of one column itself. */
function positiveColumn(
  { columns, labels = [] }: Columns,
  label: Pick<Label, 'positive' | 'negative'>,
): Column {
  const [first, second, another] = columns;
  if (first === undefined || another !== undefined || labels.length > 2)
    throw unusable(
      `The model tells ${Math.max(columns.length, labels.length)} classes apart; only two can be imported.`,
    );
  if (second === undefined) return first;
  const [no, yes] = labels;
  if (no === undefined || yes === undefined || isUsual(no, yes)) return second;
  if (yes === label.positive || no === label.negative) return second;
  if (no === label.positive || yes === label.negative) return first;
  throw unusable(
    `The classes of the model are ${no} and ${yes}, those of the dataset ${label.negative} and ${label.positive}. ` +
      'Train it with 0 and 1, or with the levels of the churn label.',
  );
}

/** 0 and 1, −1 and 1, or false and true. */
function isUsual(no: string, yes: string): boolean {
  return Number(no) < Number(yes) || (/^false$/i.test(no) && /^true$/i.test(yes));
}

function readProbability(column: Column): Pick<OutsideModel, 'sum' | 'sumIs' | 'calibration'> {
  if (column.kind !== 'function' || typeof column.of === 'number')
    return {
      sum: outsideSum(weightedSumOf('Identity', column)),
      sumIs: 'probability',
      calibration: { method: 'none' },
    };
  const { sum, sumIs }: Score = column.of;
  const at = (p: number) => column.at(p, (value) => value);
  if (isComplement(at)) {
    const isRate = sumIs === 'probability';
    const opposite = weightedSum('Sub', { columns: [sum], weights: [-1], shift: isRate ? 1 : 0 }, false);
    return { sum: outsideSum(weightedSumOf('Sub', opposite)), sumIs, calibration: { method: 'none' } };
  }
  return { sum: outsideSum(sum), sumIs, calibration: calibrationOf(at, column.bends) };
}

function outsideSum({ constant, terms, trees }: SumColumn): OutsideSum {
  if (trees.length === 0)
    return {
      kind: 'curves',
      constant,
      curves: terms.map(({ of, at, bends }) => ({ input: of as number, at, bends })),
    };
  if (terms.length > 0) throw unusable('The model adds trees to a linear model, which cannot be imported.');
  return {
    kind: 'trees',
    constant,
    columns: trees.flatMap(({ ensemble }) => ensemble.columns),
    trees: trees.flatMap((term, k) => {
      const before = trees.slice(0, k).reduce((sum, { ensemble }) => sum + ensemble.columns.length, 0);
      return treesOf(term, before);
    }),
  };
}

/** `before`: columns of other ensembles, which come first. */
function treesOf({ ensemble, target, factor }: TreeTerm, before: number): OutsideTree[] {
  return ensemble.trees.map((tree, k) => ({
    ...tree,
    column: tree.column.map((column) => (column < 0 ? column : column + before)),
    value: ensemble.values[target]![k]!.map((value) => value * factor),
  }));
}
