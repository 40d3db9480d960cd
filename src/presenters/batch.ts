/** Batches for views: the list, the page to choose a file, progress, results and removal. */
import type { FirstLineQuestion } from '../domain/csv/first-line.ts';
import type { FieldError } from '../errors.ts';
import type { BatchRecord, BatchState, BatchSummary } from '../store/batches.ts';
import type { ModelRecord } from '../store/models.ts';
import { presentDamage } from './unreadable-scores.ts';
import { presentBatchOutcomes } from './batch-outcomes.ts';
import type { ViewHelpers } from './view-helpers.ts';

export const stateText: Record<BatchState, string> = {
  uploaded: 'Columns to match',
  checking: 'Checking',
  checked: 'Ready to score',
  scoring: 'Scoring',
  done: 'Scored',
  failed: 'Failed',
  cancelled: 'Cancelled',
  removing: 'Deleting',
  'partly-removed': 'Partly deleted',
};

/** Rows of the table of batches. */
export function presentBatches(h: ViewHelpers, batches: readonly BatchSummary[]) {
  return batches.map((batch) => ({
    href: `/batches/${batch.id}`,
    name: batch.originalName,
    isSample: batch.isSample,
    state: stateText[batch.state],
    scored: `${h.count(batch.scoredCount)} of ${h.count(batch.rowCount)}`,
    rejected: h.count(batch.rejectedCount),
    highRisk: h.count(batch.highCount),
    model: h.or(batch.modelLabel),
    uploaded: h.dateTime(batch.createdAt),
    finished: h.dateTime(batch.finishedAt),
  }));
}

export interface NewBatchInput {
  readonly model: ModelRecord | undefined;
  readonly batches: readonly BatchSummary[];
  readonly maxMegabytes: number;
  readonly hasSample: boolean;
  /** Asked when the first line of the file that was sent may be names or data. */
  readonly question: FirstLineQuestion | null;
  readonly errors: readonly FieldError[];
}

export function presentNewBatch(h: ViewHelpers, input: NewBatchInput) {
  const { model, errors } = input;
  return {
    errors,
    fileError: errors.find(({ field }) => field === 'file')?.message ?? null,
    question: input.question,
    maxSize: `${h.count(input.maxMegabytes)} MB`,
    model: model && {
      label: model.label,
      columns: h.plural(model.schema.features.length, 'column'),
      names: model.schema.features.map(({ name }) => name),
    },
    hasSample: input.hasSample,
    batches: presentBatches(h, input.batches),
  };
}

export interface ProgressInput {
  readonly batch: BatchRecord;
  readonly isRunning: boolean;
  readonly done: number;
  readonly total: number;
  /** Why the job does not start yet. */
  readonly waitsFor: string | null;
  readonly canBeScoredAgain: boolean;
}

const workText: Partial<Record<BatchState, string>> = {
  checking: 'Checking',
  scoring: 'Scoring',
  removing: 'Deleting',
};

export function presentProgress(h: ViewHelpers, input: ProgressInput) {
  const { batch, isRunning, done, total, waitsFor, canBeScoredAgain } = input;
  const { state, originalName: name } = batch;
  const title = isRunning ? `${workText[state] ?? ''} ${name}` : name;
  return {
    title,
    href: `/batches/${batch.id}`,
    currentStep: state === 'checking' || batch.rules === null ? 2 : 3,
    running: isRunning
      ? {
          done,
          max: Math.max(1, total),
          status: waitsFor ?? `${h.count(done)} of ${h.count(total)} rows`,
          canBeCancelled: state !== 'removing',
        }
      : null,
    outcome: outcomeOf(h, batch),
    damage: presentDamage(batch, canBeScoredAgain),
    isPartlyRemoved: state === 'partly-removed',
    resume: batch.scoredCount > 0 ? 'Continue scoring' : 'Try again',
    hasRejectedRows: state === 'failed' && batch.rejectedCount > 0,
  };
}

function outcomeOf(
  h: ViewHelpers,
  batch: BatchRecord,
): { readonly verdict: string; readonly details: string } {
  const { state, error, scoredCount } = batch;
  if (state === 'partly-removed') {
    const left = `${h.plural(scoredCount, 'score')} of ${h.plural(batch.rowCount, 'row')}`;
    const details = `${error ?? ''} ${left} ${scoredCount === 1 ? 'is' : 'are'} left.`;
    return { verdict: 'This file is partly deleted.', details };
  }
  if (state === 'failed') return { verdict: 'This could not be finished.', details: error ?? '' };
  return {
    verdict: 'Cancelled.',
    details: `${h.plural(scoredCount, 'row is', 'rows are')} scored and kept.`,
  };
}

export interface ResultsInput {
  readonly batch: BatchRecord;
  /** Batches of rows of this one that were fixed. */
  readonly corrections: readonly BatchRecord[];
  readonly hasUnrecognisedValues: boolean;
  readonly canBeScoredAgain: boolean;
  /** The file before, if customers of it may be missing in this one. */
  readonly missingFrom: string | null;
}

export function presentResults(h: ViewHelpers, input: ResultsInput) {
  const { batch, corrections, hasUnrecognisedValues, canBeScoredAgain } = input;
  const { highCount, scoredCount, rejectedCount } = batch;
  const customers = h.plural(scoredCount, 'customer');
  return {
    href: `/batches/${batch.id}`,
    customersHref: `/customers?batch=${batch.id}`,
    verdict: `${h.count(highCount)} of ${customers} ${highCount === 1 ? 'is' : 'are'} at high risk`,
    details: resultDetails(h, batch),
    missing: input.missingFrom && `Customers of ${input.missingFrom} who are not in this file`,
    outcomes: presentBatchOutcomes(h, batch.outcomes),
    damage: presentDamage(batch, canBeScoredAgain),
    earlier: batch.correctsBatchId === null ? null : `/batches/${batch.correctsBatchId}`,
    scoredRows: h.plural(scoredCount, 'fixed row'),
    corrections: presentCorrections(h, corrections),
    downloads: downloadsOf(h, batch),
    correction:
      rejectedCount > 0
        ? `Fix ${h.plural(rejectedCount, 'rejected row')}`
        : hasUnrecognisedValues
          ? 'Map unrecognised values'
          : null,
  };
}

function resultDetails(h: ViewHelpers, batch: BatchRecord): string {
  const { mediumCount, lowCount, rejectedCount, blankCount, notedCount } = batch;
  return [
    `${h.count(mediumCount)} at medium, ${h.count(lowCount)} at low.`,
    rejectedCount > 0 ? `${h.plural(rejectedCount, 'row')} could not be scored.` : '',
    blankCount > 0 ? `${h.plural(blankCount, 'blank row was', 'blank rows were')} skipped.` : '',
    notedCount > 0 ? `${h.plural(notedCount, 'score has', 'scores have')} a note.` : '',
    `Model ${batch.modelLabel ?? ''}, ${h.dateTime(batch.finishedAt)}.`,
  ]
    .filter(Boolean)
    .join(' ');
}

function downloadsOf(h: ViewHelpers, { id, scoredCount, rejectedCount, highCount }: BatchRecord) {
  const all = { file: 'scored', text: `Download all ${h.plural(scoredCount + rejectedCount, 'row')} (CSV)` };
  const high = { file: 'high-risk', text: `Download ${h.count(highCount)} at high risk` };
  const rejected = { file: 'rejected', text: `Download ${h.count(rejectedCount)} rejected` };
  return [all, ...(highCount > 0 ? [high] : []), ...(rejectedCount > 0 ? [rejected] : [])].map(
    ({ file, text }) => ({ href: `/batches/${id}/files/${file}.csv`, text, isMain: file === 'scored' }),
  );
}

const correctionText: Record<BatchState, string> = {
  uploaded: 'not scored yet',
  checking: 'being checked',
  checked: 'checked, not scored yet',
  scoring: 'being scored',
  done: 'scored',
  failed: 'could not be scored',
  cancelled: 'cancelled',
  removing: 'being deleted',
  'partly-removed': 'partly deleted',
};

/** Batches of rows that were fixed. */
export function presentCorrections(h: ViewHelpers, corrections: readonly BatchRecord[]) {
  return corrections.map((batch) => ({
    href: `/batches/${batch.id}`,
    text: `${h.plural(batch.rowCount, 'fixed row')} of ${h.dateTime(batch.createdAt)}`,
    state: correctionText[batch.state],
  }));
}

export function presentRemoval(h: ViewHelpers, batch: BatchRecord) {
  const { id, originalName, scoredCount } = batch;
  return {
    name: originalName,
    href: `/batches/${id}`,
    deleted:
      scoredCount > 0
        ? `${h.plural(scoredCount, 'score')} and the files are deleted for good.`
        : 'The uploaded file is deleted for good.',
    button: scoredCount > 0 ? 'Delete the file and its scores' : 'Delete the file',
  };
}
