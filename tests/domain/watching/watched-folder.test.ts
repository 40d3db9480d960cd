/** The watched folder: each content is scored once, whatever stops in between, and everything else is refused in words. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { observe } from '../../../src/domain/alerts/checks.ts';
import { readScene } from '../../../src/domain/alerts/scene.ts';
import { takeInTable } from '../../../src/domain/datasets/import/convert.ts';
import { createWatch } from '../../../src/domain/watching/watched-folder.ts';
import { listBatches, updateBatch } from '../../../src/store/batches.ts';
import { getSettings, saveSettings } from '../../../src/store/settings.ts';
import { listWatchedFiles } from '../../../src/store/watched-files.ts';
import { activateSmallModel, customersCsv } from '../../helpers/app.ts';
import { openSite } from '../../helpers/site.ts';
import { runJobs } from '../../helpers/work.ts';

const folder = mkdtempSync(join(tmpdir(), 'watched-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});
const test = openSite('admin', { WATCH_DIR: folder, WATCH_RESULTS: 'on', MAX_UPLOAD_MB: '1' });
beforeAll(() => activateSmallModel(test));

const put = (name: string, content: string): void => {
  writeFileSync(join(folder, name), content);
};
const inFolder = (...parts: string[]): string[] =>
  readdirSync(join(folder, ...parts))
    .filter((name) => name !== 'done' && name !== 'failed')
    .sort();
const batches = async () => (await listBatches(test.context.db, 50)).length;
const newest = async () => (await listWatchedFiles(test.context.db, 1))[0]!;
const reasonOf = (name: string): string => readFileSync(join(folder, 'failed', `${name}.txt`), 'utf8');

/** A process that looks into the folder. */
const openWatch = (takeIn = (path: string) => takeInTable(path)) => createWatch({ ...test.context, takeIn });
/** As if the process that looked before had ended long ago. */
async function passLease(): Promise<void> {
  const { db } = test.context;
  const { watching } = await getSettings(db);
  await saveSettings(db, { watching: { ...watching, until: null } });
}
/** A new process looks twice, and what it has taken is scored. */
async function lookTwice(): Promise<void> {
  await passLease();
  const watch = openWatch();
  await watch();
  await watch();
  await runJobs(test.context);
}
async function lookUntilMoved(): Promise<void> {
  await lookTwice();
  await lookTwice();
}

beforeEach(() => {
  for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });
});

describe('a file that matches the active model', () => {
  it('is scored when it has not changed for two looks, and moved with its results', async () => {
    const watch = openWatch();
    await passLease();
    put('may.csv', customersCsv(40, 1).slice(0, 500));
    await watch();
    put('may.csv', customersCsv(40, 1));
    await watch();
    expect(await batches()).toBe(0);
    await watch();
    expect(await newest()).toMatchObject({ name: 'may.csv', state: 'taken', note: null, movedAt: null });
    expect(await test.pageOf('/settings/schedules')).toContain('Being scored');
    await runJobs(test.context);
    await watch();
    expect(inFolder()).toEqual([]);
    expect(inFolder('done')).toEqual(['may.csv', 'may.csv.scores.csv']);
    expect(
      readFileSync(join(folder, 'done', 'may.csv.scores.csv'), 'utf8')
        .trim()
        .split('\n'),
    ).toHaveLength(41);
    const [batch] = await listBatches(test.context.db, 1);
    expect(batch).toMatchObject({ originalName: 'may.csv', state: 'done', scoredCount: 40, userId: null });
    expect(await test.pageOf('/settings/schedules')).toMatch(
      new RegExp(`<a href="/batches/${batch!.id}">may.csv</a>[^]*Scored`),
    );
  });

  it('is scored once: the same content under another name is moved, another content of the same name is scored', async () => {
    put('june.csv', customersCsv(40, 2));
    await lookUntilMoved();
    const before = await batches();
    put('june again.csv', customersCsv(40, 2));
    put('june.csv', customersCsv(40, 3));
    await lookUntilMoved();
    expect(await batches()).toBe(before + 1);
    expect(inFolder('done')).toContain('june (2).csv');
    const note = readFileSync(join(folder, 'done', 'june again.csv.txt'), 'utf8');
    expect(note).toBe('Its content is that of june.csv, which was taken before. It was not scored again.\n');
  });

  it('is taken by one of two processes', async () => {
    const before = await batches();
    await passLease();
    put('two.csv', customersCsv(40, 4));
    const [one, other] = [openWatch(), openWatch()];
    for (let look = 0; look < 3; look++) await Promise.all([one(), other()]);
    expect(await batches()).toBe(before + 1);
    // The first one has ended.
    await runJobs(test.context);
    await passLease();
    await other();
    expect(inFolder('done')).toContain('two.csv');
  });
});

describe('a process that ends', () => {
  it('while it reads the file has taken nothing: the next one does', async () => {
    const before = await batches();
    put('cut.csv', customersCsv(40, 5));
    await passLease();
    const watch = openWatch(() => Promise.reject(new Error('The process ends here.')));
    await watch();
    await expect(watch()).rejects.toThrow('ends here');
    expect(await batches()).toBe(before);
    expect(inFolder()).toEqual(['cut.csv']);
    await lookUntilMoved();
    expect(await batches()).toBe(before + 1);
    expect(inFolder('done')).toContain('cut.csv');
  });

  it('after it took the file, or has moved it without recording that, leaves nothing to be scored twice', async () => {
    const before = await batches();
    put('moved.csv', customersCsv(40, 6));
    await lookTwice();
    mkdirSync(join(folder, 'done'), { recursive: true });
    renameSync(join(folder, 'moved.csv'), join(folder, 'done', 'moved.csv'));
    await lookUntilMoved();
    expect(await batches()).toBe(before + 1);
    expect((await newest()).movedAt).not.toBeNull();
    // What was put in its place meanwhile is a file of its own.
    put('swapped.csv', customersCsv(40, 7));
    await lookTwice();
    put('swapped.csv', customersCsv(41, 8));
    await lookUntilMoved();
    await lookTwice();
    expect(await batches()).toBe(before + 3);
    expect(readFileSync(join(folder, 'done', 'swapped.csv'), 'utf8')).toBe(customersCsv(41, 8));
  });
});

describe('a file that needs a person', () => {
  it('waits as a batch, with an alert, and is moved when it was scored', async () => {
    put('renamed.csv', customersCsv(40, 9).replace('tenure', 'months'));
    await lookUntilMoved();
    const { batchId } = await newest();
    expect(inFolder()).toEqual(['renamed.csv']);
    expect(await test.pageOf('/settings/schedules')).toContain('Waits for somebody: Some columns');
    expect(await observe(await readScene(test.context))).toContainEqual(
      expect.objectContaining({
        title: 'renamed.csv in the watched folder waits for somebody',
        href: `/batches/${batchId}`,
      }),
    );
    await updateBatch(test.context.db, batchId!, { state: 'cancelled' });
    await lookTwice();
    expect(reasonOf('renamed.csv')).toBe('Its scoring was cancelled.\n');
  });

  it('can be put there again after it has failed', async () => {
    put('renamed.csv', customersCsv(40, 9).replace('tenure', 'months'));
    await lookTwice();
    expect(await newest()).toMatchObject({ state: 'taken', batchState: 'uploaded' });
    await test.context
      .db('batches')
      .where({ id: (await newest()).batchId })
      .delete();
    await lookTwice();
    expect(reasonOf('renamed.csv')).toContain('deleted in Holdfast');
  });
});

describe('what cannot be taken', () => {
  it('is moved with the reason: links, folders, files that are too large, empty, or no table', async () => {
    const before = await batches();
    put('.hidden.csv', customersCsv(40, 10));
    symlinkSync('/etc/hostname', join(folder, 'link.csv'));
    mkdirSync(join(folder, 'sub'));
    put('large.csv', 'x'.repeat(1_100_000));
    put('empty.csv', '');
    put('picture.csv', '\u0089PNG\r\n\u001a\n');
    await lookTwice();
    expect(inFolder()).toEqual(['.hidden.csv']);
    expect(reasonOf('link.csv')).toContain('It is a link.');
    expect(reasonOf('sub')).toContain('It is a folder.');
    expect(reasonOf('large.csv')).toContain('It has more than 1 MB.');
    expect(reasonOf('empty.csv')).toContain('The file is empty.');
    expect(existsSync(join(folder, 'failed', 'picture.csv'))).toBe(true);
    expect(await batches()).toBe(before);
    expect(await observe(await readScene(test.context))).toContainEqual(
      expect.objectContaining({ title: 'sub in the watched folder could not be scored' }),
    );
    expect(readdirSync(test.context.config.uploadsDir).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('may not be readable, unless everything is', async () => {
    put('secret.csv', customersCsv(40, 11));
    chmodSync(join(folder, 'secret.csv'), 0);
    await lookTwice();
    if (process.getuid?.() !== 0) expect(reasonOf('secret.csv')).toContain('may not read it');
  });

  it('does not keep a folder that is missing from being watched later', async () => {
    await passLease();
    const watch = createWatch({
      ...test.context,
      config: { ...test.context.config, watch: { folder: join(folder, 'later'), writesResults: false } },
      takeIn: (path) => takeInTable(path),
    });
    await watch();
    expect((await getSettings(test.context.db)).watching.problem).toContain(
      'later cannot be used: it is not there.',
    );
    mkdirSync(join(folder, 'later'));
    await watch();
    expect((await getSettings(test.context.db)).watching.problem).toBeNull();
  });

  it('is one that was refused before, and put there again by its name', async () => {
    put('empty.csv', '');
    utimesSync(join(folder, 'empty.csv'), 1, 1);
    await lookTwice();
    put('empty.csv', '');
    await lookTwice();
    expect(inFolder('failed').filter((name) => !name.endsWith('.txt'))).toEqual([
      'empty (2).csv',
      'empty.csv',
    ]);
  });
});
