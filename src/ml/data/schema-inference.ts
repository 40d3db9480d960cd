/**
 * What the columns of a table are: guessed from all of its values, for a person to confirm.
 *
 * Number: (nearly) every value reads as one. Boolean: two levels. Category: text, or numbers that are codes, with
 * few levels, or many that repeat, such as dealers. Identifier: one value a row, or a name such as customer_id, which may
 * repeat. Text: too many levels to learn from; ignored.
 */
import { countLevels } from './levels.ts';
import { createRandom, shuffle } from '../math/random.ts';
import type { ColumnRole, ColumnType, FeatureType } from './schema.ts';
import { MISSING } from './table.ts';
import type { Column } from './table.ts';
import { isBlank, parseDate, parseNumber } from './values.ts';
import type { DecimalSign } from './values.ts';

export interface InferredColumn {
  readonly name: string;
  readonly type: ColumnType;
  readonly role: ColumnRole;
  /** Distinct values, counted until there are too many for a category. */
  readonly distinct: number;
  readonly missing: number;
  /** Categories and booleans, most frequent first; otherwise empty. */
  readonly levels: readonly string[];
}

/** A category with more levels than this is text, unless they repeat. */
export const maxLevels = 100;
/** A category with more levels than this is text. */
const maxRepeatedLevels = 1_000;
/** More than `maxLevels` levels need so many rows each, on average, to be learned from. */
const rowsALevel = 5;

const identifierName =
  /(^|[^a-z])(id|ids|uuid|guid|key|rownumber|index|surname|lastname|firstname|fullname|name|e?mail|phone(number)?)$|^(row|customer|client|account|user|member)_?(no|nr|num|number|id|key|code)$/;
const answerName = /^churn|attrition/;
const customerName = /(^|_)(customer|cust|client|account|user|member|subscriber|msisdn)/;
const repeatedName = /^(customer|cust|client|subscriber|user|member)_?(id|no|nr|num|number|key|uuid)$/;
const rowName = /^(row|index|unnamed)/;
const labelName =
  /^(is_?|has_?)?(churn(ed)?|exited|attrition(_?flag)?|left|leaver|cancell?ed|closed|lapsed|churn_?(label|flag|value|status))\W*$/;
const leavingDateName =
  /^(churn(ed)?|exit(ed)?|left|cancel(l?ed|lation)?|closed|closing|closure|lapsed|termination|attrition|end_of_contract)_?(date|on|at|day|time)$/;
const valueName = /^(monthly_?(charges?|revenue|fee|value|payment|spend)|mrr|arpu|revenue_?per_?month)$/;
const positiveLevels = new Set([
  'yes',
  'y',
  '1',
  'true',
  't',
  'exited',
  'left',
  'churn',
  'churned',
  'cancelled',
  'canceled',
  'closed',
  'attrited customer',
  'lapsed',
  'churner',
  'lost',
  'gone',
]);

/** One entry a column; `cells[j]` holds column j's text, all of the same length. */
export function inferColumns(
  header: readonly string[],
  cells: readonly (readonly string[])[],
  decimal: DecimalSign,
): InferredColumn[] {
  const columns = header.map((name, j) => inferColumn(name, cells[j]!, decimal));
  const label = columns.find((column) => column.type === 'boolean' && isLabelName(column.name));
  const identifier = bestIdentifier(columns);
  const value = columns.find((column) => column.type === 'number' && valueName.test(snakeCase(column.name)));
  return columns.map((column) => ({
    ...column,
    role: roleAmong(column, { label, value, identifier }),
  }));
}

/** One column at most has each of the special roles. */
function roleAmong(
  column: InferredColumn,
  chosen: Readonly<Record<'label' | 'value' | 'identifier', InferredColumn | undefined>>,
): ColumnRole {
  if (column === chosen.label) return 'label';
  if (column === chosen.value) return 'value';
  // Beside a label, whatever else is named after leaving was written after the outcome was known: its reason, its score.
  if (chosen.label && (isLabelName(column.name) || answerName.test(snakeCase(column.name)))) return 'ignored';
  return column.role === 'identifier' && column !== chosen.identifier ? 'ignored' : column.role;
}

/** Of several columns that could name the customer, the one whose name says so; a row number is the last. */
function bestIdentifier(columns: readonly InferredColumn[]): InferredColumn | undefined {
  const candidates = columns.filter(({ role }) => role === 'identifier');
  return (
    candidates.find(({ name }) => customerName.test(snakeCase(name))) ??
    candidates.find(({ name }) => !rowName.test(snakeCase(name))) ??
    candidates[0]
  );
}

/** True when a column's name says that it holds the outcome. */
export function isLabelName(name: string): boolean {
  return labelName.test(snakeCase(name));
}

/** True for names such as `customer_id`, `RowNumber` or `Surname`. */
export function isNamedLikeIdentifier(name: string): boolean {
  return identifierName.test(snakeCase(name));
}

/** True when a column's name says that it holds the date on which a customer left, such as `cancelled_on`. */
export function isLeavingDateName(name: string): boolean {
  return leavingDateName.test(snakeCase(name));
}

/** True when a column's name says that it was written after the outcome was known: a label, its date, its reason, its score. */
export function isNamedAfterLeaving(name: string): boolean {
  return isLabelName(name) || isLeavingDateName(name) || answerName.test(snakeCase(name));
}

/** The level of a two-level column that says 'left'; null when words do not tell. */
export function positiveLevelOf(levels: readonly string[]): string | null {
  const said = levels.filter((level) =>
    positiveLevels.has(
      level
        .trim()
        .toLowerCase()
        .replace(/[.!]+$/, ''),
    ),
  );
  return levels.length === 2 && said.length === 1 ? said[0]! : null;
}

/** A column's text as typed values. Text that does not read as the type is missing here; scoring refuses it. */
export function readColumn(
  name: string,
  type: FeatureType,
  cells: readonly string[],
  decimal: DecimalSign,
): Column {
  if (type === 'number' || type === 'date') {
    const parse = type === 'date' ? parseDate : (text: string) => parseNumber(text, decimal);
    const values = Float64Array.from(cells, (text) => (isBlank(text) ? NaN : (parse(text) ?? NaN)));
    return { kind: 'number', name, values };
  }
  const counts = countLevels(cells).sort((a, b) => byNumberThenText(a.level, b.level));
  const codeOf = new Map(counts.flatMap(({ spellings }, code) => spellings.map((text) => [text, code])));
  return {
    kind: 'category',
    name,
    levels: counts.map(({ level }) => level),
    codes: Int32Array.from(cells, (text) => codeOf.get(text) ?? MISSING),
  };
}

function inferColumn(name: string, cells: readonly string[], decimal: DecimalSign): InferredColumn {
  const present = cells.filter((text) => !isBlank(text));
  const most = mostLevels(name, present.length);
  const counts = countLevels(present, most);
  const distinct = counts.length;
  const missing = cells.length - present.length;
  const levels = distinct <= most ? counts.map(({ level }) => level) : [];
  const type = typeOf(present, distinct, most, decimal);
  const role = roleOf(name, type, distinct, present);
  return {
    name,
    type,
    role,
    distinct,
    missing,
    levels: type === 'category' || type === 'boolean' ? levels : [],
  };
}

function typeOf(
  present: readonly string[],
  distinct: number,
  most: number,
  decimal: DecimalSign,
): ColumnType {
  if (distinct === 2) return 'boolean';
  const sample = sampleOf(present);
  if (sample.length > 0 && sample.every((text) => parseNumber(text, decimal) !== null)) return 'number';
  if (sample.length > 0 && sample.every((text) => parseDate(text) !== null)) return 'date';
  return distinct <= most ? 'category' : 'text';
}

/** Most levels of a category with so many values; names of customers and the like are no category because they repeat. */
function mostLevels(name: string, values: number): number {
  if (isNamedLikeIdentifier(name)) return maxLevels;
  return Math.max(maxLevels, Math.min(maxRepeatedLevels, Math.floor(values / rowsALevel)));
}

function roleOf(name: string, type: ColumnType, distinct: number, present: readonly string[]): ColumnRole {
  if (distinct < 2) return 'ignored';
  const unique = distinct > maxLevels && new Set(present).size === present.length;
  const isNamed = isNamedLikeIdentifier(name);
  const isWhole = type === 'number' && sampleOf(present).every((text) => /^\d+$/.test(text.trim()));
  if (unique && (type === 'text' || (isWhole && isNamed))) return 'identifier';
  // Rows of several months name their customer more than once.
  if (
    distinct > 2 &&
    repeatedName.test(snakeCase(name)) &&
    (isWhole || type === 'text' || type === 'category')
  )
    return 'identifier';
  return type === 'text' || (isNamed && distinct > maxLevels) ? 'ignored' : 'feature';
}

/** Every value where there are few, 10,000 drawn ones otherwise. */
function sampleOf(present: readonly string[]): readonly string[] {
  if (present.length <= 10_000) return present;
  const rows = Int32Array.from(present.keys());
  shuffle(rows, createRandom(1));
  return Array.from(rows.subarray(0, 10_000), (row) => present[row]!);
}

function snakeCase(name: string): string {
  return name
    .trim()
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .replace(/[\s.-]+/g, '_')
    .toLowerCase();
}

/** The order in which levels are shown. */
export function byNumberThenText(a: string, b: string): number {
  const difference = Number(a) - Number(b);
  return Number.isNaN(difference) ? (a < b ? -1 : a > b ? 1 : 0) : difference || (a < b ? -1 : 1);
}
