/**
 * Which column of a dataset an input of another program is: the column of its name, or one level of a column of text, as
 * `get_dummies` names them: `Contract_Two year`.
 */
import { foldName } from '../csv/column-names.ts';
import { isNumeric } from '../../ml/data/row-reader.ts';
import type { Feature } from '../../ml/data/schema.ts';
import type { Cell } from './curve.ts';
import { unusable, type OutsideInput } from './outside-model.ts';

export interface MatchedInputs {
  /** Those that the model needs, in the order of the dataset. */
  readonly features: readonly Feature[];
  /** By place among the model's inputs. */
  readonly byInput: ReadonlyMap<number, InputColumn>;
}

export interface InputColumn {
  /** Its place among the features. */
  readonly feature: number;
  /** What the input is for the code of a level; null: it is the number itself. */
  readonly ofCode: ((code: number) => Cell) | null;
}

const separators = ['_', '=', '.', ':', ' ', '-', '|', '__'];
const mostNamed = 10;

/** `asked`: places of the inputs that the model uses. @throws AppError 422 that names those that are no columns of the dataset */
export function matchInputs(
  inputs: readonly OutsideInput[],
  asked: readonly number[],
  all: readonly Feature[],
): MatchedInputs {
  if (asked.length === 0) throw unusable('The model does not use any input.');
  const found = asked.map((input) => [input, matchInput(inputs[input]!, all)] as const);
  const missing = found.flatMap(([input, column]) => (column === null ? [inputs[input]!.name] : []));
  if (missing.length > 0) throw noColumn(missing);
  const used = [...new Set(found.map(([, column]) => column!.feature))].sort((a, b) => a - b);
  return {
    features: used.map((place) => all[place]!),
    byInput: new Map(
      found.map(([input, column]) => [input, { ...column!, feature: used.indexOf(column!.feature) }]),
    ),
  };
}

function noColumn(missing: readonly string[]) {
  const names = missing.slice(0, mostNamed).join(', ');
  return unusable(
    `The dataset has no column for ${missing.length === 1 ? 'the input' : 'the inputs'} ${names}` +
      `${missing.length > mostNamed ? ' and others' : ''} of the model. An input is a column of numbers of that name, or a ` +
      'level of a column of text, such as Contract_Two year.',
  );
}

function matchInput(input: OutsideInput, features: readonly Feature[]): InputColumn | null {
  const { name, type } = input;
  const exact = features.findIndex((feature) => feature.name === name);
  const folded = features.findIndex((feature) => foldName(feature.name) === foldName(name));
  const feature = exact >= 0 ? exact : folded;
  const column = feature < 0 ? null : matchColumn(input, features[feature]!);
  if (column !== null) return { feature, ofCode: column.ofCode };
  return type === 'number' ? matchLevel(name, features) : null;
}

/** null: the column does not give what the input takes. */
function matchColumn(
  { name, type, datesAreDays }: OutsideInput,
  feature: Feature,
): Pick<InputColumn, 'ofCode'> | null {
  const { levels } = feature;
  if (type === 'text') {
    if (isNumeric(feature))
      throw unusable(`The input ${name} is text, but the dataset reads the column as a ${feature.type}.`);
    return { ofCode: (code) => levels[code] ?? '' };
  }
  if (feature.type === 'date' && !datesAreDays)
    throw unusable(`The input ${name} is a date, which cannot be imported: it has no agreed number.`);
  if (isNumeric(feature)) return { ofCode: null };
  const values = levels.map(Number);
  if (values.some(Number.isNaN)) return null;
  return { ofCode: (code) => values[code] ?? NaN };
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
