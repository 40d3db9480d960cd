/** Rejected rows and unrecognised values of a batch, as the forms of its corrections page. */
import type { CheckGroup } from '../domain/batches/findings.ts';
import type { RejectedCell, RejectedRow } from '../domain/batches/rejects.ts';
import type { UnrecognisedValue } from '../domain/batches/value-mapping.ts';
import type { FieldError } from '../errors.ts';
import type { BatchRecord, BatchState } from '../store/batches.ts';
import { presentCorrections } from './batch.ts';
import { firstRows } from './batch-check.ts';
import type { ViewHelpers } from './view-helpers.ts';

export interface CorrectionsInput {
  readonly batch: BatchRecord;
  readonly rows: readonly RejectedRow[];
  readonly hasMore: boolean;
  readonly pageNumber: number;
  readonly unrecognised: readonly UnrecognisedValue[];
  readonly corrections: readonly BatchRecord[];
  /** What the form held, when it is shown again. */
  readonly values: Readonly<Record<string, string>>;
  readonly errors: readonly FieldError[];
}

const maxOtherCells = 12;
const maxCellText = 40;
const maxReason = 300;

export function presentCorrectionsPage(h: ViewHelpers, input: CorrectionsInput) {
  const { batch, rows, pageNumber, hasMore } = input;
  const report = batch.report;
  const isFinished = batch.state === 'done' || batch.state === 'failed';
  return {
    href: `/batches/${batch.id}`,
    name: batch.originalName,
    errors: input.errors,
    corrections: presentCorrections(h, input.corrections),
    causes: (report?.groups ?? [])
      .filter(({ kind }) => kind === 'problem')
      .map((cause) => presentCause(h, cause)),
    values: input.unrecognised.map((value, i) =>
      presentValue(h, value, { i, typed: input.values[`meaning${i}`] }),
    ),
    mapButton: batch.state === 'checked' ? 'Save and check again' : 'Save for the next file',
    rows: rows.filter(({ problems }) => problems.length > 0).map((row) => presentRow(h, row, input)),
    fileRows: rows
      .filter(({ problems }) => problems.length === 0)
      .map(({ rowNumber, reason }) => `Row ${h.count(rowNumber)}: ${reason.slice(0, maxReason)}`),
    empty: rows.length === 0 ? (emptyText[batch.state] ?? 'There are no rejected rows on this page.') : null,
    pageNumber,
    previous: pageNumber > 1 ? `?page=${pageNumber - 1}` : null,
    next: hasMore ? `?page=${pageNumber + 1}` : null,
    canDownload: isFinished && batch.rejectedCount > 0,
  };
}

const emptyText: Partial<Record<BatchState, string>> = {
  scoring: 'This file is being scored. Come back when it is done.',
  checking: 'This file is being checked. Come back when it is done.',
  cancelled: 'Work on this file was cancelled. Continue it first.',
};

function presentCause(h: ViewHelpers, cause: CheckGroup) {
  const found = (cause.found ?? []).map((text) => (text === '' ? 'blank' : text));
  const hasMore = found.length === 3 && cause.count > found.length;
  return {
    column: cause.column,
    found: `${found.join(' · ')}${hasMore ? ' …' : ''}`,
    expected: cause.detail,
    count: h.count(cause.count),
    rows: firstRows(h, cause),
  };
}

interface Typed {
  /** The place of the value in the form. */
  readonly i: number;
  readonly typed: string | undefined;
}

function presentValue(h: ViewHelpers, value: UnrecognisedValue, { i, typed }: Typed) {
  return {
    names: { feature: `feature${i}`, found: `found${i}`, meaning: `meaning${i}` },
    feature: value.feature,
    found: value.found,
    count: h.count(value.count),
    label: `Meaning of ${value.found} in ${value.feature}`,
    meaning: typed ?? value.meaning,
    levels: value.levels,
  };
}

function presentRow(h: ViewHelpers, row: RejectedRow, { batch, values, errors }: CorrectionsInput) {
  const places = new Set(row.problems.map(({ place }) => place));
  const others = batch.header.flatMap((name, place) =>
    name === '' || places.has(place)
      ? []
      : [`${name}: ${h.or((row.cells[place] ?? '').slice(0, maxCellText))}`],
  );
  return {
    number: h.count(row.rowNumber),
    cells: row.problems.map((cell) => {
      const field = `r${row.rowNumber}_${cell.place}`;
      const error = errors.find((one) => one.field === field)?.message ?? null;
      return presentCell(cell, { field, error, typed: values[field] });
    }),
    others: `${others.slice(0, maxOtherCells).join('; ')}${others.length > maxOtherCells ? ' …' : ''}`,
  };
}

interface CellField {
  readonly field: string;
  readonly error: string | null;
  readonly typed: string | undefined;
}

function presentCell(cell: RejectedCell, { field, error, typed }: CellField) {
  return {
    field,
    error,
    label: cell.feature,
    hint: `Expected ${cell.expected}.`,
    describedBy: error === null ? `${field}-hint` : `${field}-hint ${field}-error`,
    value: typed ?? (cell.suggested || cell.found),
    /** For a list: what the file has, and what may be chosen in its place. */
    found: cell.found,
    foundText: `${cell.found === '' ? 'Blank' : cell.found} (as in the file)`,
    levels: cell.levels,
  };
}
