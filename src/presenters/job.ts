/** Jobs as the list of jobs shows them. */
import type { Job, JobState } from '../store/jobs.ts';
import type { ViewHelpers } from './view-helpers.ts';

const stateText: Record<JobState, string> = {
  queued: 'Waiting',
  running: 'Running',
  done: 'Done',
  failed: 'Failed',
  cancelled: 'Cancelled',
};

export function presentJobs(h: ViewHelpers, jobs: readonly Job[]) {
  return jobs.map((job) => ({
    subject: job.subject,
    state: stateText[job.state],
    reason: job.error ?? job.waitsFor,
    progress: progressOf(h, job),
    // `attempts` counts only those without progress; each start raises the lease.
    attempts: h.count(job.lease),
    queued: h.dateTime(job.createdAt),
    finished: h.dateTime(job.finishedAt),
    cancelAction:
      job.state === 'queued' || job.state === 'running' ? `/admin/jobs/${job.id}/cancellation` : null,
  }));
}

function progressOf(h: ViewHelpers, { state, stage, done, total }: Job): string {
  const parts = [
    state === 'running' ? stage : null,
    total > 0 ? `${h.count(done)} of ${h.count(total)}` : null,
  ];
  return parts.filter((part) => part !== null).join(' ');
}
