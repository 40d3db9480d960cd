/** The form of the step 'Columns', a page of it: reads what was typed, and finds every error in the order of the page. */
import { typedNumber } from '../domain/scoring/cell-values.ts';
import type { FieldError } from '../errors.ts';
import { usualPolicy } from '../ml/data/schema.ts';
import type { Policy } from '../ml/data/schema.ts';
import { columnRoles, columnTypes, policyChoices } from '../presenters/dataset-column-choices.ts';
import type { Dataset, DatasetColumn } from '../store/datasets.ts';

/** Columns on one page: a form has only so many fields. */
export const pageSize = 100;

type Values = Readonly<Record<string, string>>;

interface ColumnsForm {
  readonly name: string;
  /** The page's columns as typed, the others as stored. */
  readonly columns: readonly DatasetColumn[];
  readonly errors: readonly FieldError[];
}

/** `from`: the place of the page's first column. */
export function readColumnsForm(dataset: Dataset, from: number, values: Values): ColumnsForm {
  const errors: FieldError[] = [];
  const name = (values['name'] ?? dataset.name).trim().slice(0, 200);
  if (name === '') errors.push({ field: 'name', message: 'Give the dataset a name.' });
  const columns = dataset.columns.map((column, j) => {
    if (j < from || j >= from + pageSize) return column;
    const fields = createFieldReader(column, j, values);
    const typed = readColumn(fields, column);
    errors.push(...fields.errors, ...findErrors(typed, j));
    return typed;
  });
  return { name, columns, errors: [...errors, ...findConflicts(columns)].sort(byPlace) };
}

/** The form's values for what is stored. */
export function columnValues({ name, columns }: Dataset): Record<string, string> {
  const values: Record<string, string> = { name };
  for (const [j, column] of columns.entries()) {
    const fields = {
      ...(column.policy ?? usualPolicy),
      role: column.role,
      type: column.type,
      title: column.title ?? '',
      unit: column.unit ?? '',
      actionable: column.actionable === true ? 'yes' : '',
      min: String(column.allowed?.min ?? ''),
      max: String(column.allowed?.max ?? ''),
    };
    for (const [field, value] of Object.entries(fields)) values[`${field}_${j}`] = value;
  }
  return values;
}

type FieldReader = ReturnType<typeof createFieldReader>;

/** The fields of one column; what cannot be read is an error, and a default takes its place. */
function createFieldReader(column: DatasetColumn, j: number, values: Values) {
  const errors: FieldError[] = [];
  const text = (field: string): string => (values[`${field}_${j}`] ?? '').trim();
  const refuse = (field: string, message: string): void => {
    errors.push({ field: `${field}_${j}`, message: `${column.name}: ${message}` });
  };
  return {
    errors,
    text: (field: string): string => {
      if (text(field).length > 100) refuse(field, 'use at most 100 characters.');
      return text(field);
    },
    choice: <T extends string>(field: string, known: readonly { value: T }[], fallback: T): T => {
      const found = known.find(({ value }) => value === text(field));
      if (!found && text(field) !== '') refuse(field, 'choose one of the options.');
      return found?.value ?? fallback;
    },
    limit: (field: string): number | null => {
      if (text(field) === '') return null;
      const number = typedNumber(text(field));
      if (number === null) refuse(field, 'enter a number such as 12.5, or leave the limit blank.');
      return number;
    },
  };
}

function readColumn(fields: FieldReader, stored: DatasetColumn): DatasetColumn {
  const { name, distinct, missing, levels } = stored;
  const [title, unit] = [fields.text('title'), fields.text('unit')];
  const [min, max] = [fields.limit('min'), fields.limit('max')];
  const policy = readPolicy(fields);
  return {
    name,
    distinct,
    missing,
    levels,
    type: fields.choice('type', columnTypes, stored.type),
    role: fields.choice('role', columnRoles, stored.role),
    ...(title === '' ? {} : { title }),
    ...(unit === '' ? {} : { unit }),
    ...(fields.text('actionable') === 'yes' ? { actionable: true } : {}),
    ...(min === null && max === null ? {} : { allowed: { min, max } }),
    ...(isUsual(policy) ? {} : { policy }),
  };
}

function readPolicy(fields: FieldReader): Policy {
  return {
    missing: fields.choice('missing', policyChoices.missing, usualPolicy.missing),
    unseen: fields.choice('unseen', policyChoices.unseen, usualPolicy.unseen),
    outOfRange: fields.choice('outOfRange', policyChoices.outOfRange, usualPolicy.outOfRange),
  };
}

function isUsual({ missing, unseen, outOfRange }: Policy): boolean {
  return (
    missing === usualPolicy.missing && unseen === usualPolicy.unseen && outOfRange === usualPolicy.outOfRange
  );
}

/** Settings of one column that contradict each other. */
function findErrors({ name, type, role, allowed }: DatasetColumn, j: number): FieldError[] {
  const errors: FieldError[] = [];
  const add = (field: string, message: string): void => {
    errors.push({ field: `${field}_${j}`, message });
  };
  if (type === 'text' && (role === 'feature' || role === 'value'))
    add('role', `${name} is free text and cannot be an input. Exclude it, or change its type to category.`);
  else if (role === 'value' && type !== 'number')
    add('role', `${name} can only be the monthly revenue if its type is number.`);
  const { min = null, max = null } = allowed ?? {};
  if (min !== null && max !== null && min > max)
    add('min', `${name}: the lowest allowed value is above the highest.`);
  return errors;
}

/** Uses that only one column can have. */
function findConflicts(columns: readonly DatasetColumn[]): FieldError[] {
  return (['identifier', 'value'] as const).flatMap((role) => {
    const places = [...columns.keys()].filter((j) => columns[j]!.role === role);
    if (places.length < 2) return [];
    const names = places.map((j) => columns[j]!.name).join(', ');
    const use = role === 'identifier' ? 'the customer ID' : 'the monthly revenue';
    const message = `Only one column can be ${use}. Change the use of one of these: ${names}.`;
    return [{ field: `role_${places[1]!}`, message }];
  });
}

/** As the fields stand on the page: by column, then by field. */
const fieldOrder = ['role', 'type', 'title', 'unit', 'min', 'max', 'missing', 'outOfRange', 'unseen'];

function byPlace(a: FieldError, b: FieldError): number {
  const placeOf = ({ field }: FieldError): number => {
    const [name = '', place] = field.split('_');
    return place === undefined ? -1 : Number(place) * fieldOrder.length + fieldOrder.indexOf(name);
  };
  return placeOf(a) - placeOf(b);
}
