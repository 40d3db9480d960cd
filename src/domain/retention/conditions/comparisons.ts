/** Conditions that compare a customer's columns with values: those to meet, and those that exclude a customer. */
import type { ScoredFeature } from '../../../store/score-files/group.ts';
import type { CellValue } from '../../../ml/data/values.ts';
import type { AttributeCondition } from '../../../store/rule-conditions.ts';
import { operators } from '../../../store/rule-operators.ts';
import type { Operator } from '../../../store/rule-operators.ts';
import { foldName } from '../../csv/column-names.ts';
import { dateText, isAsked, numberOf, typedNumber } from '../../scoring/cell-values.ts';
import { implies } from './comparison-logic.ts';
import type { CompiledCondition, ConditionField, ConditionKind, RuleWords, TypedFields } from './kind.ts';

export const operatorWords: Readonly<Record<Operator, string>> = {
  is: 'is',
  'is-not': 'is not',
  below: 'is below',
  above: 'is above',
  missing: 'is missing',
};

type Comparisons = ConditionKind<readonly AttributeCondition[]>;

/** The customer has to meet all of them. */
export const attributeConditions: Comparisons = {
  ...comparisonForm({ column: 'column', operator: 'operator', value: 'value', label: 'Condition', slots: 3 }),
  section: 'conditions',
  describe: (asked, words) => asked.map((one) => comparisonWords(one, words)),
  covers: (wide, narrow) => wide.every((asked) => narrow.some((one) => implies(one, asked))),
  whyNot: (asked, { inputs }) => firstProblem(asked, inputs, true),
  compile: (asked, features) => compileAll(asked, features, true),
};

/** A customer who meets one of them never gets the action. */
export const exceptionConditions: Comparisons = {
  ...comparisonForm({
    column: 'exceptColumn',
    operator: 'exceptOperator',
    value: 'exceptValue',
    label: 'Exception',
    slots: 2,
  }),
  section: 'exceptions',
  describe: (asked, words) => asked.map((one) => `Never if ${comparisonWords(one, words)}`),
  // Whoever the wide rule leaves out, the narrow one must leave out.
  covers: (wide, narrow) => wide.every((one) => narrow.some((other) => implies(one, other))),
  whyNot: (asked, { inputs }) => firstProblem(asked, inputs, false),
  compile: (asked, features) => compileAll(asked, features, false),
};

/** Whether a customer's value is as a condition asks. */
function holds(
  { operator, value }: Pick<AttributeCondition, 'operator' | 'value'>,
  found: CellValue,
): boolean {
  switch (operator) {
    case 'is':
      return isAsked(found, value);
    case 'is-not':
      return !isAsked(found, value);
    case 'below':
      return (numberOf(found) ?? NaN) < (typedNumber(value) ?? NaN);
    case 'above':
      return (numberOf(found) ?? NaN) > (typedNumber(value) ?? NaN);
    case 'missing':
      return found === null;
  }
}

/** `wanted`: whether the comparisons have to hold, or must not. */
function firstProblem(
  asked: readonly AttributeCondition[],
  inputs: Readonly<Record<string, CellValue>>,
  wanted: boolean,
): string | null {
  for (const one of asked) {
    const name = Object.keys(inputs).find((input) => foldName(input) === foldName(one.column));
    if (name === undefined) return `the model has no column ${one.column}`;
    const found = inputs[name] ?? null;
    if (holds(one, found) !== wanted) return `${one.column} is ${found === null ? 'missing' : `'${found}'`}`;
  }
  return null;
}

/** 'Contract is Month-to-month'. */
export function comparisonWords(
  { column, operator, value }: AttributeCondition,
  { label }: RuleWords,
): string {
  return `${label(column)} ${operatorWords[operator]} ${operator === 'missing' ? '' : value}`.trim();
}

interface FormNames {
  /** Names of fields, without the number of the slot. */
  readonly column: string;
  readonly operator: string;
  readonly value: string;
  readonly label: string;
  readonly slots: number;
}

function comparisonForm(names: FormNames): Pick<Comparisons, 'fields' | 'fromForm' | 'toForm' | 'columns'> {
  const slots = Array.from({ length: names.slots }, (_, slot) => ({
    control: 'comparison' as const,
    label: `${names.label} ${slot + 1}`,
    column: `${names.column}${slot}`,
    operator: `${names.operator}${slot}`,
    value: `${names.value}${slot}`,
  }));
  return {
    fields: slots,
    fromForm: (typed) => slots.flatMap((slot) => readSlot(slot, typed)),
    toForm: (asked) => Object.assign({}, ...asked.map((one, i) => writeSlot(slots[i], one))) as TypedFields,
    columns: (asked) => asked.map(({ column }) => column),
  };
}

type Slot = Extract<ConditionField, { control: 'comparison' }>;

function readSlot(slot: Slot, typed: TypedFields): AttributeCondition[] {
  const column = typed[slot.column] ?? '';
  const operator = operators.find((one) => one === typed[slot.operator]);
  if (column === '' || operator === undefined) return [];
  return [{ column, operator, value: plainNumber(operator, typed[slot.value] ?? '') }];
}

function writeSlot(slot: Slot | undefined, { column, operator, value }: AttributeCondition): TypedFields {
  return slot ? { [slot.column]: column, [slot.operator]: operator, [slot.value]: value } : {};
}

/** '1,234' can be read in two ways. The rule stores the number that was read, so that the form shows it. */
function plainNumber(operator: Operator, typed: string): string {
  return operator === 'below' || operator === 'above' ? String(typedNumber(typed) ?? typed) : typed;
}

function compileAll(
  asked: readonly AttributeCondition[],
  features: readonly ScoredFeature[],
  wanted: boolean,
): readonly CompiledCondition[] | null {
  const compiled: CompiledCondition[] = [];
  for (const one of asked) {
    const place = features.findIndex(({ name }) => foldName(name) === foldName(one.column));
    if (place < 0) return null;
    compiled.push(compileOne(one, { place, feature: features[place]!, wanted }));
  }
  return compiled;
}

interface Compared {
  readonly place: number;
  readonly feature: ScoredFeature;
  readonly wanted: boolean;
}

function compileOne(asked: AttributeCondition, { place, feature, wanted }: Compared): CompiledCondition {
  const isAsWanted = (text: string | null): number => Number(holds(asked, text) === wanted);
  const ofLevels = Uint8Array.from([null, ...feature.levels], isAsWanted);
  const numberHolds = feature.type === 'date' ? dayTest(asked) : numberTest(asked);
  return ({ inputs }, candidates, count) => {
    const column = inputs[place]!;
    let kept = 0;
    if (column.kind === 'number') {
      for (let c = 0; c < count; c++) {
        const i = candidates[c]!;
        if (numberHolds(column.values[i]!) === wanted) candidates[kept++] = i;
      }
      return kept;
    }
    const ofCodes = Uint8Array.from([...ofLevels, ...column.others.map(isAsWanted)]);
    for (let c = 0; c < count; c++) {
      const i = candidates[c]!;
      // MISSING is −1.
      if (ofCodes[column.codes[i]! + 1] === 1) candidates[kept++] = i;
    }
    return kept;
  };
}

/** NaN: not known. */
type NumberTest = (value: number) => boolean;

function dayTest(asked: AttributeCondition): NumberTest {
  // A file has few different days.
  const known = new Map<number, boolean>();
  return (day) => {
    let answer = known.get(day);
    if (answer === undefined)
      known.set(day, (answer = holds(asked, Number.isNaN(day) ? null : dateText(day))));
    return answer;
  };
}

function numberTest({ operator, value }: AttributeCondition): NumberTest {
  const bound = typedNumber(value) ?? NaN;
  switch (operator) {
    case 'is':
      return (found) => found === bound;
    case 'is-not':
      return (found) => found !== bound;
    case 'below':
      return (found) => found < bound;
    case 'above':
      return (found) => found > bound;
    case 'missing':
      return (found) => found !== found;
  }
}
