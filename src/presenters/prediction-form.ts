/** The form for one customer: the model's inputs by kind, with units, and the scored customer that is being changed. */
import { foldName } from '../domain/csv/column-names.ts';
import { levelText } from '../domain/scoring/feature-words.ts';
import { fieldKinds, notKnown } from '../domain/scoring/one-customer.ts';
import type { FieldKind, FormField } from '../domain/scoring/one-customer.ts';
import type { ModelRecord } from '../store/models.ts';
import type { SelectField } from './prediction-filters.ts';
import type { ViewHelpers } from './view-helpers.ts';

export interface PredictionFormData {
  readonly model: ModelRecord | null;
  readonly models: readonly ModelRecord[];
  readonly fields: readonly FormField[];
  readonly values: Readonly<Record<string, string>>;
}

interface TextField {
  readonly isSelect: false;
  readonly name: string;
  readonly label: string;
  readonly value: string;
  readonly hint: string | null;
  readonly inputmode: 'decimal' | null;
  readonly autocomplete: 'off';
}

interface ChoiceField extends SelectField {
  readonly isSelect: true;
}

export function presentPredictionForm(h: ViewHelpers, data: PredictionFormData) {
  const { model, models, values } = data;
  const compared = values['compared'] ?? '';
  return {
    modelId: model?.id ?? null,
    modelSummary: model && `Model ${model.label}, trained ${h.date(model.createdAt)}`,
    modelChoice: model && models.length > 1 ? modelChoice(model, models) : null,
    compared,
    originalHref: `/customers/${compared}`,
    replaces: values['replace'] === 'yes',
    about: model ? aboutFields(model, data) : [],
    groups: fieldGroups(data),
  };
}

function modelChoice(model: ModelRecord, models: readonly ModelRecord[]): SelectField {
  const options = models.map(({ id, label, state }) => ({
    value: id,
    label: state === 'active' ? `${label} (active)` : label,
  }));
  return { name: 'model', label: 'Model', value: model.id, options };
}

/** Who the customer is and, where the model does not ask for it anyway, what they pay. */
function aboutFields(model: ModelRecord, { fields, values }: PredictionFormData): TextField[] {
  const revenue = foldName(model.schema.value ?? '');
  const isAsked = fields.some(({ feature }) => foldName(feature.name) === revenue);
  const customer: TextField = {
    isSelect: false,
    name: 'customer',
    label: 'Customer ID',
    value: values['customer'] ?? '',
    hint: 'Optional. The score is then listed in the history of this customer.',
    inputmode: null,
    autocomplete: 'off',
  };
  if (isAsked) return [customer];
  return [
    customer,
    {
      isSelect: false,
      name: 'monthlyValue',
      label: 'Monthly revenue',
      value: values['monthlyValue'] ?? '',
      hint: 'Optional. Used to compute expected savings.',
      inputmode: 'decimal',
      autocomplete: 'off',
    },
  ];
}

const headings: Record<FieldKind, string> = {
  number: 'Numbers and dates',
  yesOrNo: 'Yes or no',
  category: 'Categories',
};

function fieldGroups({ fields, values }: PredictionFormData) {
  return fieldKinds
    .map((kind) => ({
      heading: headings[kind],
      fields: fields.filter((field) => field.kind === kind).map((field) => presentField(field, values)),
    }))
    .filter((group) => group.fields.length > 0);
}

function presentField(
  { name, label, hint, feature, isChoice }: FormField,
  values: PredictionFormData['values'],
): TextField | ChoiceField {
  const value = values[name] ?? '';
  if (!isChoice)
    return {
      isSelect: false,
      name,
      label,
      value,
      hint,
      inputmode: feature.type === 'number' ? 'decimal' : null,
      autocomplete: 'off',
    };
  const levels = feature.levels.map((level) => ({ value: level, label: levelText(feature, level) }));
  const options = [{ value: '', label: 'Choose…' }, ...levels, { value: notKnown, label: 'Not known' }];
  return { isSelect: true, name, label, value, options };
}
