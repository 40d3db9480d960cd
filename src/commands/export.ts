/** holdfast export: writes a model in a form that other programs run. */
import { config as readDotenv } from 'dotenv';
import { readConfig } from '../config.ts';
import { chosenModel } from '../domain/export/chosen-model.ts';
import type { ChosenModel } from '../domain/export/chosen-model.ts';
import { onnxExport } from '../domain/export/onnx/file.ts';
import { dialectNames } from '../domain/export/sql/dialects.ts';
import { sqlExport } from '../domain/export/sql/script.ts';
import { required, UsageError } from './options.ts';
import type { Options } from './options.ts';
import { openSink } from './output.ts';

const formats: Readonly<Record<string, (chosen: ChosenModel, options: Options) => string | Uint8Array>> = {
  sql,
  onnx: onnxExport,
};

export async function exportModel(options: Options, name: string): Promise<void> {
  const format = formats[required(options, 'format')];
  if (!format) throw new UsageError(`--format must be ${Object.keys(formats).join(' or ')}`);
  const file = format(await chooseModel(name), options);
  const sink = openSink(options.out);
  await sink.write(file);
  await sink.close();
}

/** The model that a command names: a file, or the number of one in this installation. */
export function chooseModel(name: string): Promise<ChosenModel> {
  return chosenModel(name, () => {
    readDotenv({ quiet: true });
    return readConfig(process.env);
  });
}

function sql(chosen: ChosenModel, options: Options): string {
  const dialect = dialectNames.find((name) => name === required(options, 'dialect'));
  if (!dialect) throw new UsageError(`--dialect must be one of ${dialectNames.join(', ')}`);
  return sqlExport({ ...chosen, dialect, table: options.table ?? 'customers', key: options.key ?? null });
}
