/** How an uploaded file was read: each decision with its reason, and the form that changes it. */
import type { CsvFormat, ReadingChoice } from '../domain/csv/intake.ts';
import type { FirstLineQuestion } from '../domain/csv/first-line.ts';
import type { FieldError } from '../errors.ts';
import type { BatchRecord } from '../store/batches.ts';
import type { ViewHelpers } from './view-helpers.ts';

type Source = NonNullable<CsvFormat['source']>;
type Delimiter = NonNullable<ReadingChoice['delimiter']>;
type Encoding = CsvFormat['encoding'];

const sourceText: Record<Source, string> = {
  csv: 'CSV',
  xlsx: 'Excel workbook (.xlsx)',
  parquet: 'Parquet',
};
const delimiterText: Record<Delimiter, string> = {
  ',': 'Comma',
  ';': 'Semicolon',
  '\t': 'Tab',
  '|': 'Vertical bar',
  ' ': 'Spaces',
};
const decimalText: Record<CsvFormat['decimal'], string> = { '.': 'Point', ',': 'Comma' };
const encodingText: Record<Encoding, string> = {
  'utf-8': 'UTF-8',
  'utf-16le': 'UTF-16, little endian',
  'utf-16be': 'UTF-16, big endian',
  'windows-1252': 'Windows-1252',
};
const firstLineText = { names: 'Column names', data: 'Data' };

/** Why it was taken, where a person did not choose it. */
const encodingReason: Record<Encoding, string> = {
  'utf-8': 'its characters are valid UTF-8',
  'utf-16le': 'its bytes come in pairs',
  'utf-16be': 'its bytes come in pairs',
  'windows-1252': 'its characters are not valid UTF-8',
};
const decimalReason: Record<CsvFormat['decimal'], string> = {
  '.': 'decimal commas are not more frequent',
  ',': 'more numbers have a decimal comma than a point',
};
const chosenReason = 'chosen by you';

interface Fact {
  readonly term: string;
  readonly text: string;
  readonly reason: string;
}

/** Facts for the pages before scoring. `canChange`: the original file is still there. */
export function presentReading({ id, format: stored, correctsBatchId }: BatchRecord, canChange: boolean) {
  const format = stored;
  // Fixed rows are written by Holdfast: nothing about them was detected.
  const facts = correctsBatchId === null ? factsOf(format) : [];
  return {
    facts,
    remarks: format.remarks ?? format.notes,
    changeHref: canChange ? `/batches/${id}/reading` : null,
  };
}

function factsOf(format: CsvFormat): Fact[] {
  const source = format.source ?? 'csv';
  const kind = { term: 'File', text: sourceText[source], reason: 'by its first bytes' };
  const typed = {
    term: 'Numbers and dates',
    text: 'As they are stored in the file',
    reason: 'they have types there',
  };
  if (source === 'parquet') return [kind, typed];
  if (source === 'xlsx') return [kind, ...sheetFact(format), typed, firstLineFact(format)];
  return [delimiterFact(format), decimalFact(format), encodingFact(format), firstLineFact(format)];
}

function sheetFact({ sheet, chosen }: CsvFormat): Fact[] {
  if (!sheet) return [];
  const { index, names } = sheet;
  const detected = index === 0 ? `the first of ${names.length} sheets` : 'the first sheet that is not empty';
  const reason =
    names.length === 1 ? 'the only sheet' : chosen?.sheet === undefined ? detected : chosenReason;
  return [{ term: 'Sheet', text: names[index] ?? '', reason }];
}

function delimiterFact({ delimiter, isSpaced, chosen }: CsvFormat): Fact {
  const text = delimiterText[isSpaced ? ' ' : delimiter];
  const detected = 'divides the rows into equally many cells';
  return { term: 'Between cells', text, reason: chosen?.delimiter === undefined ? detected : chosenReason };
}

function decimalFact({ decimal, delimiter, chosen }: CsvFormat): Fact {
  const detected =
    delimiter === ',' && decimal === '.' ? 'the comma separates cells' : decimalReason[decimal];
  const reason = chosen?.decimal === undefined ? detected : chosenReason;
  return { term: 'Decimal sign', text: decimalText[decimal], reason };
}

function encodingFact({ encoding, chosen }: CsvFormat): Fact {
  const reason = chosen?.encoding === encoding ? chosenReason : encodingReason[encoding];
  return { term: 'Encoding', text: encodingText[encoding], reason };
}

function firstLineFact({ firstLine, chosen }: CsvFormat): Fact {
  const reason = chosen?.firstLine === undefined ? 'it differs from the lines below' : chosenReason;
  const names = firstLine === 'data' ? '; the columns are called column_1, column_2 and so on' : '';
  return { term: 'First line', text: `${firstLineText[firstLine ?? 'names']}${names}`, reason };
}

export interface ReadingFormInput {
  readonly batch: BatchRecord;
  readonly chosen: ReadingChoice;
  readonly errors: readonly FieldError[];
  /** What the reading asked, with the first lines of the file. */
  readonly question: FirstLineQuestion | null;
}

/** Values of the form; '' is 'detect'. */
export const delimiterTokens: Readonly<Record<string, Delimiter>> = {
  comma: ',',
  semicolon: ';',
  tab: '\t',
  bar: '|',
  spaces: ' ',
};

export function presentReadingForm(h: ViewHelpers, { batch, chosen, errors, question }: ReadingFormInput) {
  const format = batch.format;
  const names = format.sheet?.names ?? [];
  return {
    href: `/batches/${batch.id}`,
    name: batch.originalName,
    errors,
    lines: question?.lines ?? [],
    intro:
      names.length > 1
        ? `The workbook has ${h.plural(names.length, 'sheet')}. Choose the one that has one row per customer.`
        : 'Change what was detected wrongly. The columns are matched and checked again.',
    fields:
      format.source === 'xlsx'
        ? [sheetField(format, chosen), firstLineField(format, chosen)]
        : csvFields(format, chosen),
  };
}

interface SelectField {
  readonly name: string;
  readonly label: string;
  readonly value: string;
  readonly options: readonly { readonly value: string; readonly label: string }[];
}

function sheetField({ sheet }: CsvFormat, chosen: ReadingChoice): SelectField {
  const options = (sheet?.names ?? []).map((label, i) => ({ value: String(i), label }));
  return { name: 'sheet', label: 'Sheet', value: String(chosen.sheet ?? sheet?.index ?? 0), options };
}

function firstLineField(format: CsvFormat, { firstLine }: ReadingChoice): SelectField {
  const found = firstLine === undefined ? firstLineText[format.firstLine ?? 'names'] : undefined;
  return {
    name: 'firstLine',
    label: 'The first line holds',
    value: firstLine ?? '',
    options: [detect(found), ...optionsOf(firstLineText)],
  };
}

function csvFields(format: CsvFormat, chosen: ReadingChoice): SelectField[] {
  const delimiters = Object.entries(delimiterTokens).map(([value, sign]) => ({
    value,
    label: delimiterText[sign],
  }));
  const token = Object.entries(delimiterTokens).find(([, sign]) => sign === chosen.delimiter)?.[0];
  const found =
    chosen.delimiter === undefined ? delimiterText[format.isSpaced ? ' ' : format.delimiter] : undefined;
  return [
    {
      name: 'delimiter',
      label: 'Between cells',
      value: token ?? '',
      options: [detect(found), ...delimiters],
    },
    {
      name: 'decimal',
      label: 'Decimal sign',
      value: chosen.decimal ?? '',
      options: [
        detect(chosen.decimal === undefined ? decimalText[format.decimal] : undefined),
        ...optionsOf(decimalText),
      ],
    },
    {
      name: 'encoding',
      label: 'Encoding',
      value: chosen.encoding ?? '',
      options: [
        detect(chosen.encoding === undefined ? encodingText[format.encoding] : undefined),
        ...optionsOf(encodingText),
      ],
    },
    firstLineField(format, chosen),
  ];
}

function detect(found?: string) {
  return { value: '', label: found === undefined ? 'Detect' : `Detect (${found})` };
}

function optionsOf(texts: Readonly<Record<string, string>>) {
  return Object.entries(texts).map(([value, label]) => ({ value, label }));
}
