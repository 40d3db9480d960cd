import { existsSync, mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { sweep } from '../../../src/domain/jobs/cleanup.ts';
import { insertBatch } from '../../../src/store/batches.ts';
import { insertDataset } from '../../../src/store/datasets.ts';
import { createTestApp } from '../../helpers/app.ts';
import type { TestApp } from '../../helpers/app.ts';
import { commaFormat } from '../../helpers/csv-format.ts';

const hour = 3_600;
let test: TestApp;
beforeEach(async () => {
  test = await createTestApp();
});
afterEach(() => test.close());

/** Writes a file that is so old. */
function write(folder: string, name: string, ageHours: number): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, name);
  writeFileSync(path, 'x');
  const at = Date.now() / 1000 - ageHours * hour;
  utimesSync(path, at, at);
  return path;
}

const batchOf = (file: string) => ({
  userId: null,
  originalName: 'a.csv',
  file,
  byteSize: 1,
  sha256: '',
  format: commaFormat,
  header: [],
  rowCount: 0,
  isSample: false,
});

describe('the sweep', () => {
  it('leaves uploads alone that are on their way, and removes those that are old and have no row', async () => {
    const { uploadsDir, dataDir, modelsDir } = test.context.config;
    const datasets = join(dataDir, 'datasets');
    const young = [
      write(uploadsDir, 'arriving', 0),
      write(uploadsDir, 'converting.utf8', 23),
      write(datasets, 'arriving', 23),
      write(modelsDir, 'new.holdfast.12.tmp', 23),
    ];
    const old = [
      write(uploadsDir, 'stray', 25),
      write(uploadsDir, 'stray.scores', 25),
      write(uploadsDir, 'stray.challenger-3', 25),
      write(datasets, 'stray', 25),
      write(datasets, 'stray.current', 25),
      write(modelsDir, 'stray.holdfast', 25),
    ];
    await sweep(test.context);
    expect(young.map((path) => existsSync(path))).toEqual(young.map(() => true));
    expect(old.map((path) => existsSync(path))).toEqual(old.map(() => false));
  });

  it('leaves files alone that a row names, however old, and files that are not ours', async () => {
    const { db, config } = test.context;
    await insertBatch(db, batchOf('known'));
    const ofDataset = { name: 'a', sha256: '', rowCount: 0, columns: [], isSample: false };
    await insertDataset(db, { ...ofDataset, file: 'datasets/known' });
    const kept = [
      write(config.uploadsDir, 'known', 1_000),
      ...[
        'original',
        'columns',
        'scored.csv',
        'rejected.csv.part',
        'scores',
        'customers',
        'challenger-12',
      ].map((ending) => write(config.uploadsDir, `known.${ending}`, 1_000)),
      write(join(config.dataDir, 'datasets'), 'known', 1_000),
      write(join(config.dataDir, 'datasets'), 'known.current', 1_000),
      write(config.modelsDir, 'README.txt', 1_000),
    ];
    await sweep(test.context);
    expect(kept.filter((path) => !existsSync(path))).toEqual([]);
  });

  it('leaves files alone that are new where they are kept, though the clock of this machine is days ahead', async () => {
    const { config } = test.context;
    const fresh = join(config.uploadsDir, 'on-its-way');
    writeFileSync(fresh, 'a');
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3 * 24 * 3_600_000 });
    await sweep(test.context);
    vi.useRealTimers();
    expect(readdirSync(config.uploadsDir)).toEqual(['on-its-way']);
  });

  it('logs an error and continues with the rest', async () => {
    const { config, db } = test.context;
    rmSync(config.uploadsDir, { recursive: true });
    writeFileSync(config.uploadsDir, 'not a folder');
    const stray = write(config.modelsDir, 'stray.holdfast', 25);
    await db('rate_limits').insert([
      { key: 'past', points: 1, expire: Date.now() - 1 },
      { key: 'now', points: 1, expire: Date.now() + 60_000 },
    ]);
    const logged: object[] = [];
    const log = { ...test.context.log, error: (fields: object) => void logged.push(fields) };
    await sweep({ ...test.context, log });
    expect(logged).toEqual([expect.objectContaining({ part: 'uploads' })]);
    expect(existsSync(stray)).toBe(false);
    expect(await db('rate_limits').pluck('key')).toEqual(['now']);
  });

  it('removes the sessions that have expired, and no others', async () => {
    const { db } = test.context;
    const session = (sid: string, ms: number) => ({
      sid,
      sess: '{}',
      expired: new Date(Date.now() + ms).toISOString(),
    });
    await db('sessions').insert([session('over', -1_000), session('good', 60_000)]);
    await sweep(test.context);
    expect(await db('sessions').pluck('sid')).toEqual(['good']);
  });
});
