/** Scoring blocks of a file whose job another worker has (see `owner.ts`). */
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../../../config.ts';
import type { Db } from '../../../db.ts';
import { SpareMemory } from '../../../spare-memory.ts';
import { endGroup, renewGroup } from '../../../store/batch-blocks.ts';
import type { ClaimedGroup } from '../../../store/batch-blocks.ts';
import { getBatch } from '../../../store/batches.ts';
import { leaseMs } from '../../../store/job-leases.ts';
import { findJob } from '../../../store/jobs.ts';
import { createBlockWork, memoryOf } from '../blocks/block-work.ts';
import type { BlockResult } from '../blocks/block-work.ts';
import type { RawBlock } from '../blocks/typed-block.ts';
import { planOf, taskOf } from '../scoring-plan.ts';
import { writePart } from './parts.ts';
import { readPlace } from './places.ts';

interface Prepared {
  readonly key: string;
  readonly upload: string;
  readonly spare: SpareMemory;
  readonly work: (block: RawBlock) => BlockResult;
}

/** What the last group was scored with: usually the next is of the same file. */
let prepared: Prepared | null = null;

/** Scores a claimed group, unless it is lost meanwhile. `isStopping`: the program is about to end. */
export async function helpScoring(
  db: Db,
  config: Config,
  group: ClaimedGroup,
  isStopping: () => boolean,
): Promise<void> {
  try {
    const ready = await prepare(db, config, group);
    const results = await scoreGroup(db, ready, group, isStopping);
    if (results === null) return;
    writePart(ready.upload, group, results);
    await endGroup(db, group, 'done');
    for (const bytes of results.flatMap(memoryOf)) ready.spare.give(bytes);
  } catch (error) {
    prepared = null;
    // The worker that has the job tries it itself, and finds the reason.
    await endGroup(db, group, 'failed');
    throw error;
  }
}

async function prepare(db: Db, { uploadsDir, modelsDir }: Config, group: ClaimedGroup): Promise<Prepared> {
  const key = `${group.jobId} ${group.lease}`;
  if (prepared?.key === key) return prepared;
  const job = await findJob(db, group.jobId);
  const batch = await getBatch(db, Number(job?.payload['batchId']));
  const spare = new SpareMemory();
  const task = taskOf(batch, await planOf(db, modelsDir, batch));
  prepared = { key, upload: join(uploadsDir, batch.file), spare, work: createBlockWork(task, spare) };
  return prepared;
}

/** Null: it was lost or given back. */
async function scoreGroup(
  db: Db,
  { upload, spare, work }: Prepared,
  group: ClaimedGroup,
  isStopping: () => boolean,
): Promise<BlockResult[] | null> {
  const file = openSync(upload, 'r');
  const results: BlockResult[] = [];
  let renewed = performance.now();
  try {
    for (const place of group.places) {
      const block = readPlace(file, upload, place, spare);
      results.push(work(block));
      spare.give(block.bytes);
      // Gives messages from the pool a chance to arrive.
      await new Promise((resume) => setImmediate(resume));
      if (isStopping()) {
        await endGroup(db, group, 'offered');
        return null;
      }
      if (performance.now() - renewed < leaseMs / 4) continue;
      if (!(await renewGroup(db, group))) return null;
      renewed = performance.now();
    }
    return results;
  } finally {
    closeSync(file);
  }
}
