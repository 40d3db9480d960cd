/**
 * Classes of jobs, each with threads of its own share: a person waits for interactive jobs, a batch may take minutes,
 * a training hours. So an upload never waits for a training, nor a check for a long scoring.
 */
import type { JobKind } from '../store/jobs.ts';

export const jobClasses = ['interactive', 'batch', 'training'] as const;
export type JobClass = (typeof jobClasses)[number];

const classes: Readonly<Record<JobKind, JobClass>> = {
  'read-dataset': 'interactive',
  'check-batch': 'interactive',
  'remove-batch': 'interactive',
  'mark-latest': 'interactive',
  'relabel-risk': 'interactive',
  'launch-campaign': 'interactive',
  'make-plan': 'interactive',
  'score-batch': 'batch',
  'challenge-batch': 'batch',
  'run-query': 'batch',
  'write-scores': 'batch',
  'compare-labels': 'batch',
  'build-customers': 'batch',
  'study-dataset': 'batch',
  'read-past-test': 'batch',
  retrain: 'batch',
  'make-groups': 'batch',
  'check-alerts': 'batch',
  'check-drift': 'batch',
  // A mail server that hangs keeps no upload waiting.
  'send-message': 'batch',
  'first-start': 'batch',
  'train-model': 'training',
};

/** Which jobs a process takes. */
export interface WorkerShare {
  /** How many at once. */
  readonly threads: number;
  /** null: all, of which the first threads have their shares. */
  readonly classes: readonly JobClass[] | null;
}

/** What each of the first threads takes; further ones take everything. */
const shares: readonly (readonly JobClass[])[] = [
  ['interactive'],
  ['interactive', 'batch'],
  ['interactive', 'training'],
];

/** With fewer, one class would keep the others waiting. */
export const fewestThreads = shares.length;

/** For each thread, the kinds of jobs that it leaves to others. */
export function excludedFrom({ threads, classes: chosen }: WorkerShare): (readonly JobKind[])[] {
  return Array.from({ length: threads }, (_, thread) =>
    excludedKinds(chosen ?? (threads < fewestThreads ? jobClasses : shares[thread]) ?? jobClasses),
  );
}

function excludedKinds(share: readonly JobClass[]): readonly JobKind[] {
  return (Object.keys(classes) as JobKind[]).filter((kind) => !share.includes(classes[kind]));
}
