/** One customer from the form: read, scored, stored. */
import { isoTimeOf } from '../../db/clock.ts';
import type { FieldError } from '../../errors.ts';
import { cellText, numberText } from '../../format.ts';
import { inSharedTransaction } from '../../shared-transactions.ts';
import { isNumeric } from '../../ml/data/row-reader.ts';
import type { AllowedRange, Feature } from '../../ml/data/schema.ts';
import type { CellValue } from '../../ml/data/values.ts';
import { getModel } from '../../store/models.ts';
import type { ModelRecord } from '../../store/models.ts';
import { insertPrediction } from '../../store/prediction-writes.ts';
import { findPrevious } from '../../store/score-files/previous-score.ts';
import type { PreviousScore } from '../../store/score-files/previous-score.ts';
import type { ScoreStore } from '../../store/score-files/store.ts';
import type { User } from '../people/accounts.ts';
import { isSameValue } from './cell-values.ts';
import { foldName } from '../csv/column-names.ts';
import { featureTitleWithUnit, levelText } from './feature-words.ts';
import { readModelFile } from '../models/files.ts';
import { toStored } from './record.ts';
import { createScorer, scoreCustomers } from './scoring.ts';
import type { ScoredCustomer } from './scoring.ts';
import { currentScoringRules, pastFor } from './context.ts';
import { hadIn } from '../retention/past/table.ts';

/** The option of a select for a value that is not known; it is scored as missing. */
export const notKnown = '__not_known__';

export const maxIdentifierLength = 200;

/** How fields are grouped, in the order of the page. */
export const fieldKinds = ['number', 'yesOrNo', 'category'] as const;
export type FieldKind = (typeof fieldKinds)[number];

export interface FormField {
  /** Its name in the form: features may be called anything. */
  readonly name: string;
  readonly label: string;
  readonly feature: Feature;
  /** Answered from a list of levels, not typed. */
  readonly isChoice: boolean;
  readonly kind: FieldKind;
  /** The training range or the allowed range, and whether it can be left blank. */
  readonly hint: string | null;
}

/** One field for each input of a model, in the schema's order. */
export function formFields(model: Pick<ModelRecord, 'schema'>): FormField[] {
  return model.schema.features.map((feature, j) => ({
    name: `f${j}`,
    label: featureTitleWithUnit(feature),
    feature,
    isChoice: !isNumeric(feature),
    kind: kindOf(feature),
    hint: hintOf(feature),
  }));
}

/** Dates are typed like numbers. */
function kindOf(feature: Feature): FieldKind {
  if (isNumeric(feature)) return 'number';
  const words = feature.levels.map((level) => levelText(feature, level).toLowerCase());
  return words.every((word) => word === 'yes' || word === 'no') ? 'yesOrNo' : 'category';
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

/** The form as it was filled in. */
export interface CustomerForm {
  readonly modelId: number;
  readonly values: Readonly<Record<string, string>>;
  readonly isWhatIf?: boolean;
}

interface Refused {
  readonly ok: false;
  readonly errors: readonly FieldError[];
}
export interface AcceptedForm {
  readonly ok: true;
  readonly customer: ScoredCustomer;
  /** What this score takes the place of. */
  readonly previous: PreviousScore | null;
}
export type FormScore = AcceptedForm | Refused;
export type Prediction = { readonly ok: true; readonly id: number } | Refused;

/**
 * Scores the submitted form, or returns an error for every field that is missing or cannot be read. Reads the model and
 * looks for the customer's score so far, so call it in a task.
 * @throws AppError 409 when the model's file cannot be used
 */
export async function scoreForm(
  store: ScoreStore,
  modelsDir: string,
  { modelId, values, isWhatIf = false }: CustomerForm,
): Promise<FormScore> {
  const { db } = store;
  const record = await getModel(db, modelId);
  const fields = formFields(record);
  const unanswered = fields.filter(({ name, isChoice }) => isChoice && !values[name]);
  const model = await readModelFile(modelsDir, record);
  const rules = await currentScoringRules(db, record);
  const scorer = createScorer(model, rules);
  const known = customerIdOf(values) ?? '';
  const had = hadIn(await pastFor(db, rules, known), known);
  const cells = fields.map(({ name }) => (values[name] === notKnown ? '' : (values[name] ?? '')));
  const [result] = scoreCustomers(scorer, [{ cells, value: values['monthlyValue'], had }], '.');
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
  const customerId = isWhatIf ? null : customerIdOf(values);
  const previous = customerId === null ? null : await findPrevious(store, customerId);
  return { ok: true, customer: result!.customer, previous };
}

/**
 * Stores the score of the form, which `score` computes: `scoreForm` in a task. A what-if is stored beside the customer's
 * own scores and is not counted anywhere.
 */
export async function predictCustomer(
  { db, folder }: ScoreStore,
  user: User,
  form: CustomerForm,
  score: (form: CustomerForm) => Promise<FormScore>,
): Promise<Prediction> {
  const { modelId, values, isWhatIf = false } = form;
  const scored = await score(form);
  if (!scored.ok) return scored;
  const stored = toStored(scored.customer, {
    batchId: null,
    rowNumber: null,
    customerId: customerIdOf(values),
    source: isWhatIf ? 'what-if' : 'form',
    modelId,
    isSample: false,
    createdBy: user.id,
    createdAt: await isoTimeOf(db),
  });
  const id = await inSharedTransaction(db, (trx) =>
    insertPrediction({ db: trx, folder }, stored, scored.previous),
  );
  return { ok: true, id };
}

function customerIdOf({ customer = '' }: Readonly<Record<string, string>>): string | null {
  const text = customer.trim();
  return text === '' ? null : text;
}

/** Errors in the fields beside the model's inputs. */
function aboutErrors({ customer = '' }: Readonly<Record<string, string>>): FieldError[] {
  const errors: FieldError[] = [];
  if (customer.trim().length > maxIdentifierLength)
    errors.push({
      field: 'customer',
      message: `Customer ID: use at most ${maxIdentifierLength} characters.`,
    });
  return errors;
}

/** Values outside the possible range are typing errors here, where the user can correct them; files only get a note. */
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

/** The allowed range; where none is set, a column that was never negative in training is not negative. */
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
  const blank = isRequired(feature) ? '' : ' Leave blank if not known.';
  if (type === 'date') return `A date such as 2026-11-20.${blank}`;
  if (range === null) return null;
  const { min = null, max = null } = allowed ?? {};
  if (min === null && max === null)
    return `Training range: ${cellText(range.min)} to ${cellText(range.max)}.${blank}`;
  if (min === null) return `At most ${numberText(max)}.${blank}`;
  return `${max === null ? `At least ${numberText(min)}` : `${numberText(min)} to ${numberText(max)}`}.${blank}`;
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
    return { field: 'monthlyValue', message: `Monthly revenue: enter ${expected}, or leave it blank.` };
  const orBlank = isRequired(field.feature) ? '' : ', or leave it blank';
  return { field: field.name, message: `${field.label}: enter ${expected}${orBlank}.` };
}

/** In the order of the page. */
function sortedByField(errors: FieldError[], fields: readonly FormField[]): FieldError[] {
  const shown = fieldKinds.flatMap((kind) => fields.filter((field) => field.kind === kind));
  const places = new Map(shown.map(({ name }, place) => [name, place]));
  return errors.sort((a, b) => (places.get(a.field) ?? -1) - (places.get(b.field) ?? -1));
}
