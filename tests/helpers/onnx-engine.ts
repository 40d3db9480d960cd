/** Runs an ONNX file over rows of text, in the runtime's WebAssembly build. */
import * as ort from 'onnxruntime-web';
import { isNumeric } from '../../src/ml/data/row-reader.ts';
import type { Feature } from '../../src/ml/data/schema.ts';
import type { Table } from '../../src/ml/data/table.ts';

ort.env.wasm.numThreads = 1;
ort.env.logLevel = 'error';

/** `table`: numbers; `texts[j]`: the cells of feature j, which levels are read from. */
export async function runOnnx(
  bytes: Uint8Array,
  features: readonly Feature[],
  table: Table,
  texts: readonly (readonly string[])[],
): Promise<Float64Array> {
  const session = await ort.InferenceSession.create(bytes);
  const feeds = features.map((feature, j) => {
    const column = table.columns[j]!;
    const tensor =
      isNumeric(feature) && column.kind === 'number'
        ? new ort.Tensor('float64', Float64Array.from(column.values), [table.rowCount, 1])
        : new ort.Tensor('string', [...texts[j]!], [table.rowCount, 1]);
    return [feature.name, tensor] as const;
  });
  const { churn_probability: output } = await session.run(Object.fromEntries(feeds));
  await session.release();
  return output!.data as Float64Array;
}
