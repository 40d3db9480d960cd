/** A model as an ONNX file: an input for each feature, and one output, `churn_probability`. */
import type { Model } from '../../../ml/model/model.ts';
import { isNumeric } from '../../../ml/data/row-reader.ts';
import { addInput } from './cells.ts';
import { addProbability } from './estimator.ts';
import { createGraph } from './graph.ts';

const DOUBLE = 11;

export function onnxExport({ model, label }: { readonly model: Model; readonly label: string }): Uint8Array {
  const { schema, provenance } = model;
  const graph = createGraph(provenance.softwareVersion);
  const columns = schema.features.map((feature) => addInput(graph, feature));
  const doubles = columns.map((column, j) =>
    isNumeric(schema.features[j]!) ? column : graph.node('Cast', [column], { to: { int: DOUBLE } }),
  );
  const rows = graph.node('Concat', doubles, { axis: { int: 1 } });
  const probability = addProbability(graph, model, { columns, rows });
  return graph.finish(probability, 'churn_probability', {
    model: label,
    label: `${schema.label.name} is ${schema.label.positive}`,
    trained_at: provenance.trainedAt,
    threshold: String(model.threshold),
  });
}
