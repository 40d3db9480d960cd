/** Blocks that the owner of a file shares with helpers, which may fail: its runner only notes what it is given. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { BlockResult } from '../../../../src/domain/batches/blocks/block-work.ts';
import { noCounts } from '../../../../src/domain/batches/blocks/counts.ts';
import type { BlockRunner } from '../../../../src/domain/batches/blocks/runner.ts';
import type { RawBlock } from '../../../../src/domain/batches/blocks/typed-block.ts';
import { inOrderShared } from '../../../../src/domain/batches/shared/owner.ts';
import { writePart } from '../../../../src/domain/batches/shared/parts.ts';
import { softwareVersion } from '../../../../src/software-version.ts';
import { SpareMemory } from '../../../../src/spare-memory.ts';
import { claimForeignGroup, endGroup } from '../../../../src/store/batch-blocks.ts';
import type { ClaimedGroup } from '../../../../src/store/batch-blocks.ts';
import { claimJob } from '../../../../src/store/job-leases.ts';
import { enqueueJob } from '../../../../src/store/jobs.ts';
import type { Job } from '../../../../src/store/jobs.ts';
import { createTestApp } from '../../../helpers/app.ts';
import type { TestApp } from '../../../helpers/app.ts';

const blockCount = 40;
const bytesPerBlock = 10;

let test: TestApp;
let job: Job;
let upload: string;
beforeEach(async () => {
  test = await createTestApp();
  const { db, config } = test.context;
  await enqueueJob(db, { kind: 'score-batch', payload: {}, subject: 'a', createdBy: null });
  job = (await claimJob(db, 'owner'))!;
  upload = join(config.uploadsDir, 'upload');
  writeFileSync(upload, 'x'.repeat(blockCount * bytesPerBlock));
});
afterEach(() => test.close());

function* blocks(): Generator<RawBlock> {
  for (let i = 0; i < blockCount; i++)
    yield {
      bytes: Buffer.alloc(bytesPerBlock),
      offset: i * bytesPerBlock,
      records: i,
      recordCount: 1,
      columns: null,
    };
}

const resultAt = (offset: number, by: string): BlockResult => ({
  after: { offset: offset + bytesPerBlock, records: 0 },
  rowCount: 1,
  rejectedCount: 0,
  rejected: Buffer.from(by),
  findings: null,
  columns: null,
  scored: { lines: Buffer.from(by), group: null, counts: noCounts, tally: null },
});

/** Works on nothing before `begin` is called. */
function createRunner(fails = false) {
  let begin = (): void => undefined;
  const begun = new Promise<void>((done) => (begin = done));
  const runner: BlockRunner<BlockResult> = {
    width: 1,
    spare: new SpareMemory(),
    run: async ({ offset }) => {
      await begun;
      if (fails) throw new Error('The model cannot score it.');
      return resultAt(offset, 'owner');
    },
    release: () => undefined,
    close: () => Promise.resolve(),
  };
  return {
    runner,
    begin: () => {
      begin();
    },
  };
}

async function collect(runner: BlockRunner<BlockResult>): Promise<[number, string][]> {
  const found: [number, string][] = [];
  const sharing = { db: test.context.db, lease: job, upload };
  for await (const { after, rejected } of inOrderShared(blocks(), runner, sharing))
    found.push([after.offset, Buffer.from(rejected).toString()]);
  return found;
}

async function takeGroups(count: number): Promise<ClaimedGroup[]> {
  const taken: ClaimedGroup[] = [];
  const take = async (): Promise<number> => {
    const group = await claimForeignGroup(test.context.db, 'helper', softwareVersion);
    if (group) taken.push(group);
    return taken.length;
  };
  await expect.poll(take, { timeout: 20_000 }).toBe(count);
  return taken;
}

const offsets = Array.from({ length: blockCount }, (_, i) => (i + 1) * bytesPerBlock);

it('come in the order of the file, and what helpers did not bring whole is done by the owner', async () => {
  const { db } = test.context;
  const { runner, begin } = createRunner();
  const collected = collect(runner);
  const [whole, missing, failed, givenBack] = (await takeGroups(4)) as [
    ClaimedGroup,
    ClaimedGroup,
    ClaimedGroup,
    ClaimedGroup,
  ];
  writePart(
    upload,
    whole,
    whole.places.map(({ offset }) => resultAt(offset, 'helper')),
  );
  await endGroup(db, whole, 'done');
  await endGroup(db, missing, 'done');
  await endGroup(db, failed, 'failed');
  await endGroup(db, givenBack, 'offered');
  begin();
  const found = await collected;
  expect(found.map(([offset]) => offset)).toEqual(offsets);
  const helped = found.filter(([, by]) => by === 'helper').map(([offset]) => offset - bytesPerBlock);
  expect(helped).toEqual(whole.places.map(({ offset }) => offset));
  expect(await db('batch_blocks').select()).toEqual([]);
});

it('are done by the owner alone where a helper never comes back', async () => {
  const { db } = test.context;
  const { runner, begin } = createRunner();
  const collected = collect(runner);
  await takeGroups(2);
  begin();
  await db('batch_blocks').where({ state: 'taken' }).update({ taken_until: 1 });
  expect((await collected).map(([offset]) => offset)).toEqual(offsets);
});

it('that cannot be scored fail with the reason of the owner', async () => {
  const { runner, begin } = createRunner(true);
  const collected = collect(runner);
  begin();
  await expect(collected).rejects.toThrow('The model cannot score it.');
  expect(await test.context.db('batch_blocks').select()).toEqual([]);
});
