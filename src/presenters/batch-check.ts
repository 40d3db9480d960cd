/** The check of a batch for its page: what is ready, what needs a decision, and every finding by cause. */
import type { CheckGroup, CheckReport } from '../domain/batches/findings.ts';
import { mappingOf } from '../domain/batches/mapping.ts';
import type { BatchRecord } from '../store/batches.ts';
import type { Schema } from '../ml/data/schema.ts';
import { presentReading } from './batch-reading.ts';
import type { ViewHelpers } from './view-helpers.ts';

/** `refused-level` repeats values that are among the problems: they are listed there. */
type ShownKind = Exclude<CheckGroup['kind'], 'refused-level'>;
type Severity = 'Error' | 'Warning' | 'Note';

const severityOf: Record<ShownKind, Severity> = {
  problem: 'Error',
  unseen: 'Warning',
  duplicate: 'Warning',
  'out-of-range': 'Note',
  missing: 'Note',
  renamed: 'Note',
};
const tagOf: Record<Severity, string> = { Error: 'tag-high', Warning: 'tag-medium', Note: '' };
const severities: readonly Severity[] = ['Error', 'Warning', 'Note'];

const findingText: Record<ShownKind, (group: CheckGroup) => string> = {
  problem: ({ detail }) => `Cannot be scored: expected ${detail}`,
  renamed: ({ detail, used }) => `'${detail}' is read as ${used ?? ''}, as mapped`,
  missing: ({ used }) =>
    `Missing; ${used === undefined ? 'scored as unknown' : `scored as ${used}, which is typical`}`,
  unseen: ({ detail, used }) =>
    `'${detail}' is not recognised by the model; ${used === undefined ? 'left out of the score' : 'scored as unknown'}`,
  'out-of-range': ({ detail, used }) =>
    `${detail === '' ? 'Outside the training range' : `Is ${detail}`}; scored as ${used ?? 'it is'}`,
  duplicate: () => 'The same customer ID occurs again; every row is scored, and the last one counts',
};

export interface CheckInput {
  readonly batch: BatchRecord;
  readonly report: CheckReport;
  readonly schema: Schema;
  readonly canBeReread: boolean;
}

/** A long list of names is cut after so many. */
const maxNames = 40;

export function presentCheck(h: ViewHelpers, input: CheckInput) {
  const { batch, report, canBeReread } = input;
  const ready = report.rowCount - report.rejectedCount;
  return {
    href: `/batches/${batch.id}`,
    name: batch.originalName,
    rows: h.plural(report.rowCount, 'row'),
    model: batch.modelLabel,
    earlier: batch.correctsBatchId === null ? null : `/batches/${batch.correctsBatchId}`,
    ready: h.count(ready),
    noted: h.count(report.notedCount),
    rejected: h.count(report.rejectedCount),
    warnings: warningsOf(h, input),
    scoring: ready === 0 ? null : scoringText(h, report, ready),
    correction: correctionOf(report, ready),
    reading: presentReading(batch, canBeReread),
    unused: namesText(unusedColumns(batch)),
    findings: presentFindings(h, report.groups),
    problems: report.problems.map((problem) => ({ ...problem, row: h.count(problem.row) })),
  };
}

function scoringText(h: ViewHelpers, { rejectedCount, rowCount }: CheckReport, ready: number): string {
  return rejectedCount > 0
    ? `Score ${h.count(ready)} of ${h.plural(rowCount, 'row')}`
    : `Score ${h.plural(ready, 'customer')}`;
}

function correctionOf(report: CheckReport, ready: number) {
  const hasValues = hasUnrecognisedValues(report);
  if (report.rejectedCount > 0)
    return { text: hasValues ? 'Fix rows and map values' : 'Fix rejected rows', isMain: ready === 0 };
  return hasValues ? { text: 'Map unrecognised values', isMain: false } : null;
}

/** Only what needs a decision before the file is scored. */
function warningsOf(h: ViewHelpers, { batch, report, schema }: CheckInput): string[] {
  const { features } = mappingOf(batch);
  const missing = schema.features.flatMap(({ name }, j) => ((features[j] ?? null) === null ? [name] : []));
  const unseen = report.groups.filter(({ kind }) => kind === 'unseen');
  const warnings: string[] = [];
  if (report.rowCount === report.rejectedCount)
    warnings.push(
      'No row can be scored with the columns as they are matched now. Match them again, or fix the rejected rows.',
    );
  if (missing.length > 0)
    warnings.push(
      `The file has no column for ${namesText(missing)}. Every row is scored as if ${missing.length === 1 ? 'it were' : 'they were'} missing.`,
    );
  if (unseen.length > 0)
    warnings.push(
      `The model does not recognise ${h.plural(unseen.length, 'value')} of this file. If ${unseen.length === 1 ? 'it is' : 'they are'} only spelled differently, map ${unseen.length === 1 ? 'it' : 'them'} first.`,
    );
  return warnings;
}

function unusedColumns(batch: BatchRecord): string[] {
  const { features, identifier, value } = mappingOf(batch);
  const used = new Set<number | null>([...features, identifier, value]);
  return batch.header.filter((name, place) => name !== '' && !used.has(place));
}

export function namesText(names: readonly string[]): string {
  const rest = names.length - maxNames;
  return `${names.slice(0, maxNames).join(', ')}${rest > 0 ? ' …' : ''}`;
}

/** The most severe first; of one severity the most frequent, as the check counted them. */
function presentFindings(h: ViewHelpers, groups: readonly CheckGroup[]) {
  const shown = groups.flatMap((group) => {
    const { kind } = group;
    if (kind === 'refused-level') return [];
    return [{ severity: severityOf[kind], group, text: findingText[kind](group) }];
  });
  return severities.flatMap((severity) =>
    shown
      .filter((finding) => finding.severity === severity)
      .map(({ group, text }) => ({
        severity,
        tag: tagOf[severity],
        column: group.column,
        text,
        count: h.count(group.count),
        rows: firstRows(h, group),
      })),
  );
}

/** The numbers of the first rows of a cause. */
export function firstRows(h: ViewHelpers, { count, rows }: CheckGroup): string {
  return `${h.rows(rows)}${count > rows.length ? ' …' : ''}`;
}

/** Values that can be mapped; null: a batch without a check. */
export function hasUnrecognisedValues(report: CheckReport | null): boolean {
  return report?.groups.some(({ kind }) => kind === 'unseen' || kind === 'renamed') ?? false;
}
