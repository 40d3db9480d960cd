/**
 * Scoring a file together with other workers (docs/decisions/0029-blocks-across-workers.md): its blocks are offered in groups in
 * the database. Whoever has time takes the first group that nobody has, this worker too. Results come in the order of the file.
 */
import { closeSync, openSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { inTransaction } from '../../../db.ts';
import type { Db } from '../../../db.ts';
import { claimOwnGroup, findGroupState, offerGroups, removeGroupsOf } from '../../../store/batch-blocks.ts';
import type { BlockGroup, BlockPlace } from '../../../store/batch-blocks.ts';
import type { Lease } from '../../../store/job-leases.ts';
import { softwareVersion } from '../../../software-version.ts';
import type { BlockResult } from '../blocks/block-work.ts';
import { released } from '../blocks/runner.ts';
import type { BlockRunner } from '../blocks/runner.ts';
import type { RawBlock } from '../blocks/typed-block.ts';
import { createPartsFolder, removePartsFolder, takePart } from './parts.ts';
import { groupPlaces, readPlace } from './places.ts';

/**
 * Groups that are offered or scored and not merged yet: what others may have in their hands, and on the disk. So many that they do
 * not wait while this worker, which merges too, is slower than they are.
 */
const mostOpen = 32;
/** How far ahead of the next group to be merged this worker goes: what it holds in memory. */
const mostAhead = 4;
const lookMs = 20;
const nothing = (): void => undefined;

export interface Sharing {
  readonly db: Db;
  readonly lease: Lease;
  /** The path of the upload. */
  readonly upload: string;
}

/** A group that is not merged yet; the results that this worker is computing, or null. */
interface OpenGroup extends BlockGroup {
  own: Promise<BlockResult>[] | null;
}

/** As `inOrder`. */
export async function* inOrderShared(
  blocks: Iterable<RawBlock>,
  runner: BlockRunner<BlockResult>,
  sharing: Sharing,
): AsyncGenerator<BlockResult> {
  const { db, lease, upload } = sharing;
  await inTransaction(db, async (trx) => {
    await removeGroupsOf(trx, lease.id);
    createPartsFolder(upload);
  });
  const open: OpenGroup[] = [];
  const here = workHere(open, runner, sharing);
  try {
    const places = groupPlaces(blocks, runner.spare);
    let number = 0;
    for (;;) {
      const offered: OpenGroup[] = [];
      while (open.length + offered.length < mostOpen) {
        const next = places.next();
        if (next.done === true) break;
        offered.push({ number: number++, places: next.value, own: null });
      }
      if (offered.length > 0) await offer(sharing, offered);
      open.push(...offered);
      const [first] = open;
      if (first === undefined) break;
      yield* resultsOf(first, here, runner, sharing);
      open.shift();
    }
  } finally {
    await here.end();
    await inTransaction(db, async (trx) => {
      await removeGroupsOf(trx, lease.id);
      removePartsFolder(upload);
    });
  }
}

async function offer({ db, lease }: Sharing, groups: readonly BlockGroup[]): Promise<void> {
  await inTransaction(db, (trx) => offerGroups(trx, lease, { groups, program: softwareVersion }));
}

type WorkHere = ReturnType<typeof workHere>;

/** The results of a group, whoever computes them. */
async function* resultsOf(
  group: OpenGroup,
  here: WorkHere,
  runner: BlockRunner<BlockResult>,
  { db, lease, upload }: Sharing,
): AsyncGenerator<BlockResult> {
  while (group.own === null) {
    here.check();
    const { state, claim } = (await findGroupState(db, lease, group.number)) ?? { state: 'failed', claim: 0 };
    if (state === 'done') {
      const results = takePart(upload, { lease: lease.lease, number: group.number, claim });
      if (results !== null) {
        yield* results;
        return;
      }
    }
    // What another worker cannot do may be impossible: then the reason is found here.
    if (state === 'done' || state === 'failed') here.run(group);
    else await pause(lookMs);
  }
  for (const result of group.own) yield* released(await result, runner);
}

/** Keeps the runner busy with the first groups that nobody has. */
function workHere(
  open: readonly OpenGroup[],
  runner: BlockRunner<BlockResult>,
  { db, lease, upload }: Sharing,
) {
  const file = openSync(upload, 'r');
  /** Blocks that the runner has not finished. */
  const running = new Set<Promise<unknown>>();
  let isEnding = false;
  let failure: { readonly error: unknown } | null = null;
  const runBlock = (place: BlockPlace): Promise<BlockResult> => {
    const result = runner.run(readPlace(file, upload, place, runner.spare));
    // It may fail before its turn comes, or when nobody listens any more: that must not end the thread that waits.
    const finished = result.then(nothing, nothing);
    running.add(finished);
    void finished.then(() => running.delete(finished));
    return result;
  };
  const run = (group: OpenGroup): void => {
    group.own = group.places.map(runBlock);
  };
  const claimNext = async (): Promise<boolean> => {
    const [first] = open;
    if (first === undefined) return false;
    const number = await claimOwnGroup(db, lease, first.number + mostAhead);
    const group = open.find((one) => one.number === number);
    if (group?.own !== null || isEnding) return false;
    run(group);
    return true;
  };
  const work = async (): Promise<void> => {
    while (!isEnding) {
      if (running.size > runner.width) await Promise.race(running);
      else if (!(await claimNext())) await pause(lookMs);
    }
  };
  const working = work().catch((error: unknown) => {
    failure = { error };
  });
  return {
    run,
    /** @throws what went wrong in between */
    check: (): void => {
      if (failure !== null) throw failure.error;
    },
    end: async (): Promise<void> => {
      isEnding = true;
      await working;
      closeSync(file);
    },
  };
}
