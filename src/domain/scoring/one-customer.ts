/** One customer from the form: read, scored, stored. */
import { inTransaction } from '../../db.ts';
import type { Db } from '../../db.ts';
import type { FieldError } from '../../errors.ts';
import { cellText, numberText } from '../../format.ts';
import { isNumeric } from '../../ml/data/row-reader.ts';
import type { AllowedRange, Feature } from '../../ml/data/schema.ts';
import type { CellValue } from '../../ml/data/values.ts';
import { getModel } from '../../store/models.ts';
import type { ModelRecord } from '../../store/models.ts';
import { insertPrediction } from '../../store/prediction-writes.ts';
import type { User } from '../people/accounts.ts';
import { isSameValue } from './cell-values.ts';
import { foldName, labelOf } from '../csv/column-names.ts';
import { readModelFile } from '../models/files.ts';
import { toStored } from './record.ts';
import { createScorer, scoreCustomers } from './scoring.ts';
import type { ScoredCustomer } from './scoring.ts';
import { currentScoringRules } from './context.ts';

/** What a select offers for 'I do not know'; it is scored as missing. */
export const notKnown = '__not_known__';

const maxIdentifierLength = 200;

export interface FormField {
  /** Its name in the form: features may be called anything. */
  readonly name: string;
  readonly label: string;
  readonly feature: Feature;
  /** Answered from a list of levels, not typed. */
  readonly isChoice: boolean;
  /** What training saw. */
  readonly hint: string | null;
}

/** The form that a model asks for: numbers first, then choices, in the schema's order within each. */
export function formFields(model: Pick<ModelRecord, 'schema'>): FormField[] {
  return model.schema.features.map((feature, j) => ({
    name: `f${j}`,
    label: titleOf(feature),
    feature,
    isChoice: !isNumeric(feature),
    hint: hintOf(feature),
  }));
}

/** As the analyst called it, with its unit. */
function titleOf({ name, title, unit }: Feature): string {
  const words = title ?? labelOf(name);
  return unit === undefined ? words : `${words}, ${unit}`;
}

/** The form's values for a customer that was scored before, whatever model and file it came through. */
export function valuesFrom(
  fields: readonly FormField[],
  inputs: Readonly<Record<string, CellValue>>,
): Record<string, string> {
  const known = new Map(Object.entries(inputs).map(([name, value]) => [foldName(name), value]));
  return Object.fromEntries(
    fields.map((field) => [field.name, valueFrom(field, known.get(foldName(field.feature.name)))]),
  );
}

function valueFrom({ feature, isChoice }: FormField, value: CellValue | undefined): string {
  if (value === undefined) return '';
  if (value === null) return isChoice ? notKnown : '';
  if (!isChoice || feature.levels.includes(String(value))) return String(value);
  return feature.levels.find((level) => isSameValue(level, value)) ?? '';
}

/** What somebody filled in for a customer. */
export interface CustomerForm {
  readonly modelId: number;
  readonly values: Readonly<Record<string, string>>;
}

interface Refused {
  readonly ok: false;
  readonly errors: readonly FieldError[];
}
export type FormScore = { readonly ok: true; readonly customer: ScoredCustomer } | Refused;
export type Prediction = { readonly ok: true; readonly id: number } | Refused;

/**
 * Scores what a form says; otherwise every field that is missing or cannot be read. Reads the model: call it in a task.
 * @throws AppError 409 when the model's file cannot be used
 */
export async function scoreForm(
  db: Db,
  modelsDir: string,
  { modelId, values }: CustomerForm,
): Promise<FormScore> {
  const record = await getModel(db, modelId);
  const fields = formFields(record);
  const unanswered = fields.filter(({ name, isChoice }) => isChoice && !values[name]);
  const model = await readModelFile(modelsDir, record);
  const scorer = createScorer(model, await currentScoringRules(db, record));
  const cells = fields.map(({ name }) => (values[name] === notKnown ? '' : (values[name] ?? '')));
  const [result] = scoreCustomers(scorer, [{ cells, value: values['monthlyValue'] }], '.');
  const errors = [
    ...aboutErrors(values),
    ...unanswered.map(({ name, label }) => ({
      field: name,
      message: `${label}: choose one, or 'Not known'.`,
    })),
    ...(result!.ok
      ? impossibleErrors(fields, result!.customer.inputs)
      : result!.problems.map((problem) => problemError(fields, problem))),
  ];
  if (errors.length > 0 || !result!.ok) return { ok: false, errors: sortedByField(errors, fields) };
  return { ok: true, customer: result!.customer };
}

/**
 * Stores what `score`, which is `scoreForm` in a task, says of the form. A what-if is stored beside the customer's own
 * scores and counts nowhere.
 */
export async function predictCustomer(
  db: Db,
  user: User,
  form: CustomerForm & { readonly isWhatIf?: boolean },
  score: (form: CustomerForm) => Promise<FormScore>,
): Promise<Prediction> {
  const { modelId, values, isWhatIf = false } = form;
  const scored = await score({ modelId, values });
  if (!scored.ok) return scored;
  const customer = (values['customer'] ?? '').trim();
  const stored = toStored(scored.customer, {
    batchId: null,
    rowNumber: null,
    customerId: customer === '' ? null : customer,
    source: isWhatIf ? 'what-if' : 'form',
    modelId,
    isSample: false,
    createdBy: user.id,
    createdAt: new Date().toISOString(),
  });
  return { ok: true, id: await inTransaction(db, (trx) => insertPrediction(trx, stored)) };
}

/** The fields that are asked beside the model's features. */
function aboutErrors({ customer = '' }: Readonly<Record<string, string>>): FieldError[] {
  const errors: FieldError[] = [];
  if (customer.trim().length > maxIdentifierLength)
    errors.push({
      field: 'customer',
      message: `Identifier: use at most ${maxIdentifierLength} characters.`,
    });
  return errors;
}

/**
 * A person who types a value that no customer can have has slipped, and can be asked; in files such values are noted,
 * as the column's policy says.
 */
function impossibleErrors(
  fields: readonly FormField[],
  inputs: Readonly<Record<string, CellValue>>,
): FieldError[] {
  return fields.flatMap(({ name, label, feature }) => {
    const value = inputs[feature.name];
    const { min, max } = possibleRange(feature);
    const isPossible =
      typeof value !== 'number' || ((min === null || value >= min) && (max === null || value <= max));
    return isPossible ? [] : [{ field: name, message: `${label}: enter ${limitWords({ min, max })}.` }];
  });
}

/** What analysts allow; where they say nothing, what was never negative is not negative. */
function possibleRange({ type, range, allowed, policy }: Feature): AllowedRange {
  if (type !== 'number' || policy !== undefined) return { min: null, max: null };
  return allowed ?? { min: range !== null && range.min >= 0 ? 0 : null, max: null };
}

function limitWords({ min, max }: AllowedRange): string {
  if (min === null) return `at most ${numberText(max)}`;
  return max === null ? `${numberText(min)} or more` : `${numberText(min)} to ${numberText(max)}`;
}

function hintOf(feature: Feature): string | null {
  const { range, type, allowed } = feature;
  const empty = isRequired(feature) ? '' : ' Leave empty if not known.';
  if (type === 'date') return `A date such as 2026-11-20.${empty}`;
  if (range === null) return null;
  const { min = null, max = null } = allowed ?? {};
  if (min === null && max === null)
    return `Training saw ${cellText(range.min)} to ${cellText(range.max)}.${empty}`;
  if (min === null) return `At most ${numberText(max)}.${empty}`;
  return `${max === null ? `At least ${numberText(min)}` : `${numberText(min)} to ${numberText(max)}`}.${empty}`;
}

function isRequired({ policy }: Feature): boolean {
  return policy?.missing === 'refuse';
}

function problemError(
  fields: readonly FormField[],
  { column, expected }: { column: string; expected: string },
): FieldError {
  const field = fields.find(({ feature }) => feature.name === column);
  if (!field)
    return { field: 'monthlyValue', message: `Pays a month: enter ${expected}, or leave it empty.` };
  const orEmpty = isRequired(field.feature) ? '' : ', or leave it empty';
  return { field: field.name, message: `${field.label}: enter ${expected}${orEmpty}.` };
}

function sortedByField(errors: FieldError[], fields: readonly FormField[]): FieldError[] {
  const place = new Map(fields.map(({ name }, i) => [name, i]));
  return errors.sort((a, b) => (place.get(a.field) ?? -1) - (place.get(b.field) ?? -1));
}
