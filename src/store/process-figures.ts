/** What the database says of the work of an installation, for those who watch it: counts, and nothing of people. */
import { isoTimeOf } from '../db/clock.ts';
import type { Db } from '../db.ts';
import { countScoreRows } from './batches.ts';
import type { JobKind, JobState } from './jobs.ts';

export interface JobCount {
  readonly kind: JobKind;
  readonly state: JobState;
  readonly count: number;
}

export interface WorkFigures {
  /** Jobs that are kept, by kind and state. */
  readonly jobs: readonly JobCount[];
  /** How long the oldest job that waits has waited; 0: none waits. */
  readonly oldestQueuedSeconds: number;
  /** Scores of files. */
  readonly scores: number;
}

export async function readWorkFigures(db: Db): Promise<WorkFigures> {
  const counts = await db('jobs').groupBy('kind', 'state').select('kind', 'state').count({ count: '*' });
  const [oldest] = await db('jobs').where({ state: 'queued' }).min({ at: 'created_at' });
  const at = (oldest as { at: string | null } | undefined)?.at ?? null;
  const now = Date.parse(await isoTimeOf(db));
  return {
    jobs: (counts as unknown as readonly (Omit<JobCount, 'count'> & { count: number | string })[]).map(
      (row) => ({
        ...row,
        count: Number(row.count),
      }),
    ),
    oldestQueuedSeconds: at === null ? 0 : Math.max(0, (now - Date.parse(at)) / 1_000),
    scores: await countScoreRows(db),
  };
}

interface Pool {
  numUsed(): number;
  numPendingAcquires(): number;
}

/** Connections of this process: in use, and waited for. */
export function connectionsOf(db: Db): { readonly used: number; readonly waiting: number } {
  const { pool } = db.client as { readonly pool?: Pool };
  return { used: pool?.numUsed() ?? 0, waiting: pool?.numPendingAcquires() ?? 0 };
}
