/**
 * Which column of a dataset an input of another program is: the column of its name, or one level of a column of text, as
 * `get_dummies` names them: `Contract_Two year`.
 */
import { foldName } from '../csv/column-names.ts';
import { isNumeric } from '../../ml/data/row-reader.ts';
import type { Feature } from '../../ml/data/schema.ts';
import { unusable } from './outside-model.ts';

export interface InputColumn {
  /** Its place among the features. */
  readonly feature: number;
  /** What the input is for the code of a level, NaN where it is missing; null: it is the number itself. */
  readonly ofCode: ((code: number) => number) | null;
}

const separators = ['_', '=', '.', ':', ' ', '-', '|', '__'];
const mostNamed = 10;

/** One an input. @throws AppError 422 that names the inputs that are no columns of the dataset */
export function matchInputs(inputs: readonly string[], features: readonly Feature[]): InputColumn[] {
  const found = inputs.map((input) => matchColumn(input, features) ?? matchLevel(input, features));
  const missing = inputs.filter((_, i) => found[i] === null);
  if (missing.length === 0) return found.map((one) => one!);
  const names = missing.slice(0, mostNamed).join(', ');
  throw unusable(
    `The dataset has no column for ${missing.length === 1 ? 'the input' : 'the inputs'} ${names}` +
      `${missing.length > mostNamed ? ' and others' : ''} of the model. An input is a column of numbers of that name, or a ` +
      'level of a column of text, such as Contract_Two year.',
  );
}

function matchColumn(input: string, features: readonly Feature[]): InputColumn | null {
  const exact = features.findIndex(({ name }) => name === input);
  const feature = exact >= 0 ? exact : features.findIndex(({ name }) => foldName(name) === foldName(input));
  if (feature < 0) return null;
  const { levels, type } = features[feature]!;
  if (type === 'date')
    throw unusable(`The input ${input} is a date, which cannot be imported: it has no agreed number.`);
  if (isNumeric(features[feature]!)) return { feature, ofCode: null };
  const values = levels.map(Number);
  if (values.some(Number.isNaN)) return null;
  return { feature, ofCode: (code) => values[code] ?? NaN };
}

/** A column and a level whose names together are the input's, as they are written or without signs and case. */
function matchLevel(input: string, features: readonly Feature[]): InputColumn | null {
  const choices = features.flatMap(({ name, levels }, feature) =>
    levels.map((level, code) => ({ feature, code, name, level })),
  );
  const exact = choices.filter(({ name, level }) =>
    separators.some((sign) => `${name}${sign}${level}` === input),
  );
  const folded = choices.filter(({ name, level }) => fold(name + level) === fold(input));
  const [one, another] = exact.length > 0 ? exact : folded;
  if (one === undefined || another !== undefined) return null;
  // A missing or unknown level is none of the inputs.
  return { feature: one.feature, ofCode: (code) => Number(code === one.code) };
}

function fold(text: string): string {
  return text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '');
}
