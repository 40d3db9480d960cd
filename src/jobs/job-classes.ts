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
  'score-batch': 'batch',
  'challenge-batch': 'batch',
  'compare-labels': 'batch',
  'build-customers': 'batch',
  'first-start': 'batch',
  'train-model': 'training',
};

/** What each of the first threads takes; further ones take everything. */
const shares: readonly (readonly JobClass[])[] = [
  ['interactive'],
  ['interactive', 'batch'],
  ['interactive', 'training'],
];

export const fewestThreads = shares.length;

/** Kinds of jobs that the thread of this number, from 0, leaves to others. */
export function excludedKinds(thread: number): readonly JobKind[] {
  const share: readonly JobClass[] = shares[thread] ?? jobClasses;
  return (Object.keys(classes) as JobKind[]).filter((kind) => !share.includes(classes[kind]));
}
