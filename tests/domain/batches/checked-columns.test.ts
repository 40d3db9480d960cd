/** A file that is scored after its check is not read again; and its results are those of a file that is. */
import { existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { inTransaction } from '../../../src/db.ts';
import type { Db } from '../../../src/db.ts';
import { startScoring } from '../../../src/domain/batches/batches.ts';
import type * as Scan from '../../../src/domain/batches/blocks/scan.ts';
import { checkBatch } from '../../../src/domain/batches/check.ts';
import { guessMapping } from '../../../src/domain/batches/mapping.ts';
import { removeBatch } from '../../../src/domain/batches/removal.ts';
import { scoreBatch } from '../../../src/domain/batches/scoring.ts';
import { takeInCsv } from '../../../src/domain/csv/intake.ts';
import { eraseEverywhere } from '../../../src/domain/erasure/erasure.ts';
import type { JobOutcome } from '../../../src/domain/jobs/steps.ts';
import { getBatch, insertBatch, updateBatch } from '../../../src/store/batches.ts';
import { findActiveModel } from '../../../src/store/models.ts';
import { findUser } from '../../../src/store/users.ts';
import { activateSmallModel, createTestApp, customersCsv, setUpOrganisation } from '../../helpers/app.ts';
import type { TestApp } from '../../helpers/app.ts';

/** Blocks that were read from their bytes. */
const parsed = vi.hoisted(() => ({ blocks: 0 }));
vi.mock('../../../src/domain/batches/blocks/scan.ts', async (load) => {
  const scan = await load<typeof Scan>();
  const readBlock: typeof Scan.readBlock = (...block) => {
    parsed.blocks++;
    return scan.readBlock(...block);
  };
  return { ...scan, readBlock };
});

/** Several blocks: quoted cells, values that the model does not know, blanks, and rows that cannot be scored. */
function oddCustomers(): string {
  const [header, ...lines] = customersCsv(3_000, 5).trimEnd().split('\n');
  const places = header!.split(',');
  const withCell = (line: string, column: string, cell: string): string =>
    line.split(',').with(places.indexOf(column), cell).join(',');
  const odd = lines.map((line, i) => {
    if (i % 500 === 7) return withCell(line, 'tenure', 'many');
    if (i % 100 === 3) return withCell(line, 'Contract', '"Month-to-month"');
    if (i % 90 === 4) return withCell(line, 'Contract', 'Zehn Jahre é');
    if (i % 70 === 5) return withCell(line, 'TotalCharges', '');
    return i % 300 === 11 ? 'short,row' : line;
  });
  return `${[header, ...odd].join('\n')}\n`;
}

let test: TestApp;
let db: Db;
let folder: string;
beforeAll(async () => {
  test = await createTestApp();
  ({
    db,
    config: { uploadsDir: folder },
  } = test.context);
  await setUpOrganisation(test);
  await activateSmallModel(test);
});
afterAll(() => test.close());
beforeEach(() => {
  parsed.blocks = 0;
});

const goOn = { step: () => Promise.resolve('go on' as const) };

async function end(outcome: JobOutcome): Promise<void> {
  if (outcome === 'stopped') throw new Error('Nothing stopped it.');
  await inTransaction(db, outcome.write);
}

let uploads = 0;
/** A batch with model and mapping. */
async function receive(encoding: BufferEncoding = 'utf8'): Promise<number> {
  const file = `upload-${++uploads}`;
  writeFileSync(join(folder, file), Buffer.from(oddCustomers(), encoding));
  const intake = await takeInCsv(join(folder, file));
  const id = await insertBatch(db, { ...intake, userId: null, originalName: 'a.csv', file, isSample: false });
  const model = (await findActiveModel(db))!;
  const mapping = guessMapping(model.schema, intake.header);
  await updateBatch(db, id, { modelId: model.id, modelLabel: model.label, mapping });
  return id;
}

const check = async (id: number): Promise<void> =>
  end(await checkBatch(db, test.context.config, await getBatch(db, id), goOn));

const columnsOf = async (id: number): Promise<string> =>
  join(folder, `${(await getBatch(db, id)).file}.columns`);

async function queueScoring(id: number): Promise<void> {
  const { mapping } = await getBatch(db, id);
  const model = (await findActiveModel(db))!;
  await inTransaction(db, (trx) => startScoring(trx, null, id, { model, mapping: mapping! }));
  parsed.blocks = 0;
}

async function score(id: number): Promise<void> {
  await queueScoring(id);
  await end(await scoreBatch(db, test.context.config, id, goOn));
}

/** The bytes of every result. */
async function resultsOf(id: number) {
  const { file, report, ...batch } = await getBatch(db, id);
  expect(batch).toMatchObject({ state: 'done', rejectedCount: 16 });
  const bytes = ['.scored.csv', '.rejected.csv', '.scores'].map((ending) =>
    readFileSync(join(folder, file + ending)).toString('latin1'),
  );
  return { bytes, report, noted: batch.notedCount };
}

describe.each(['utf8', 'latin1'] as const)('a file in %s that was checked', (encoding) => {
  it('is scored without being read again: the results are those of checking and scoring in one go', async () => {
    const atOnce = await receive(encoding);
    await score(atOnce);
    expect(parsed.blocks).toBeGreaterThan(2);
    const id = await receive(encoding);
    await check(id);
    expect(existsSync(await columnsOf(id))).toBe(true);
    await score(id);
    expect(parsed.blocks).toBe(0);
    expect(await resultsOf(id)).toEqual(await resultsOf(atOnce));
    expect(existsSync(await columnsOf(id)), 'what nobody needs any more').toBe(false);
  });
});

describe('the columns of a check', () => {
  let expected: Awaited<ReturnType<typeof resultsOf>>;
  beforeAll(async () => {
    const id = await receive();
    await score(id);
    expected = await resultsOf(id);
  });

  /** Scores a checked file whose columns somebody changed. */
  async function scoreWith(change: (path: string) => void): Promise<void> {
    const id = await receive();
    await check(id);
    change(await columnsOf(id));
    await score(id);
    expect(await resultsOf(id)).toEqual(expected);
  }

  it.each<[string, (path: string) => void]>([
    [
      'missing',
      (path) => {
        rmSync(path);
      },
    ],
    [
      'empty',
      (path) => {
        truncateSync(path, 0);
      },
    ],
    [
      'cut short',
      (path) => {
        truncateSync(path, readFileSync(path).length - 16);
      },
    ],
    [
      'those of nothing',
      (path) => {
        writeFileSync(path, 'customer,tenure\n');
      },
    ],
  ])('are not needed where they are %s', async (_, change) => {
    await scoreWith(change);
    expect(parsed.blocks).toBeGreaterThan(2);
  });

  it('are left out where a byte of one block was changed, and used of the others', async () => {
    await scoreWith((path) => {
      const bytes = readFileSync(path);
      bytes[bytes.length - 64]! ^= 1;
      writeFileSync(path, bytes);
    });
    expect(parsed.blocks).toBe(1);
  });

  it('are those of the mapping, and of the bytes of the upload', async () => {
    const id = await receive();
    await check(id);
    const { mapping } = await getBatch(db, id);
    await updateBatch(db, id, { mapping: { ...mapping!, identifier: null } });
    await score(id);
    expect(parsed.blocks).toBeGreaterThan(2);
    const changed = await receive();
    await check(changed);
    const path = join(folder, (await getBatch(db, changed)).file);
    writeFileSync(path, readFileSync(path, 'latin1').replace(',One year,', ',Two year,'), 'latin1');
    await score(changed);
    expect(parsed.blocks).toBe(1);
  });

  it('are used from the checkpoint on by a scoring that is continued', async () => {
    const id = await receive();
    await check(id);
    await queueScoring(id);
    let steps = 0;
    const stopAfterTwo = {
      step: () => Promise.resolve(++steps === 2 ? ('stop' as const) : ('go on' as const)),
    };
    expect(await scoreBatch(db, test.context.config, id, stopAfterTwo)).toBe('stopped');
    expect((await getBatch(db, id)).scoredCount).toBeGreaterThan(0);
    await end(await scoreBatch(db, test.context.config, id, goOn));
    expect(parsed.blocks).toBe(0);
    expect(await resultsOf(id)).toEqual(expected);
  });

  it('go with the batch, and with any customer who is erased', async () => {
    const [removed, erased] = [await receive(), await receive()];
    for (const id of [removed, erased]) {
      await check(id);
      await updateBatch(db, id, { state: 'checked' });
    }
    const user = (await findUser(db, 1))!;
    const path = await columnsOf(removed);
    await removeBatch({ db, uploadsDir: folder, user }, removed);
    expect(existsSync(path)).toBe(false);
    await eraseEverywhere(test.context, 'nobody');
    expect(existsSync(await columnsOf(erased))).toBe(false);
  });

  it('are smaller than half of the upload', async () => {
    const id = await receive();
    await check(id);
    const upload = join(folder, (await getBatch(db, id)).file);
    expect(readFileSync(await columnsOf(id)).length).toBeLessThan(readFileSync(upload).length / 2);
  });
});
