/** Database and files as one archive, made while others write, and restored into an empty installation. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../../src/app.ts';
import { readConfig } from '../../../src/config.ts';
import type { Config } from '../../../src/config.ts';
import { migrate, openDatabase } from '../../../src/db.ts';
import { writeBackup } from '../../../src/domain/backup/backup.ts';
import { restoreBackup, verifyBackup } from '../../../src/domain/backup/restore.ts';
import { scoreBatch } from '../../../src/domain/batches/scoring.ts';
import { tarHeader } from '../../../src/store/backup/tar.ts';
import { findBatch, getBatch } from '../../../src/store/batches.ts';
import { getSettings, saveSettings } from '../../../src/store/settings.ts';
import { activateSmallModel, customersCsv, signIn } from '../../helpers/app.ts';
import { createTestDatabase, isOnPostgres } from '../../helpers/database.ts';
import type { TestDatabase } from '../../helpers/database.ts';
import { createObjectFolder, startMachines } from '../../helpers/machines.ts';
import { openSite } from '../../helpers/site.ts';
import { runTasksHere } from '../../helpers/tasks.ts';
import { runJobs } from '../../helpers/work.ts';

const test = openSite('admin');
const nothing = (): void => undefined;

/** Installations that are restored to. */
const folder = mkdtempSync(join(tmpdir(), 'holdfast-backup-'));
const databases: TestDatabase[] = [];
let kept = 0;
let whole: Buffer;
beforeAll(async () => {
  await activateSmallModel(test);
  kept = await test.scoreAtOnce(customersCsv(40, 3));
  whole = (await back(test.context.config)).archive;
});
afterAll(async () => {
  for (const database of databases) await database.remove();
  rmSync(folder, { recursive: true });
});

/** `onWrite`: something that happens meanwhile, after so many bytes. */
async function back(config: Config, onWrite: (bytes: number) => Promise<void> | void = nothing) {
  const pieces: Buffer[] = [];
  let bytes = 0;
  const write = async (piece: Uint8Array): Promise<void> => {
    pieces.push(Buffer.from(piece));
    bytes += piece.length;
    await onWrite(bytes);
  };
  const manifest = await writeBackup(config, { write, report: nothing, reportDatabase: nothing });
  return { manifest, archive: Buffer.concat(pieces) };
}

async function* bytesOf(archive: Buffer): AsyncGenerator<Buffer> {
  await Promise.resolve();
  for (let from = 0; from < archive.length; from += 60_000) yield archive.subarray(from, from + 60_000);
}

async function emptyInstallation(): Promise<Config> {
  const place = mkdtempSync(join(folder, 'new-'));
  const database = await createTestDatabase(place);
  databases.push(database);
  return readConfig({
    NODE_ENV: 'test',
    DATABASE_URL: database.url,
    DATA_DIR: join(place, 'data'),
    MODELS_DIR: join(place, 'models'),
    UPLOADS_DIR: join(place, 'uploads'),
    TRAINING_THREADS: '1',
  });
}

/** Restores, and opens the application on what is there then. */
async function open(archive: Buffer) {
  const config = await emptyInstallation();
  const manifest = await restoreBackup(config, bytesOf(archive), nothing);
  const db = openDatabase(config.databaseUrl);
  await migrate(db);
  const tasks = runTasksHere(config);
  const context = { config, db, tasks, log: { info: nothing, warn: nothing, error: nothing } };
  const close = async (): Promise<void> => {
    await tasks.stop();
    await db.destroy();
  };
  return { manifest, context, app: createApp(context), close };
}

const refusal = (archive: Buffer): Promise<string> =>
  verifyBackup(folder, bytesOf(archive), nothing).then(
    () => 'no refusal',
    (error: unknown) => (error as Error).message,
  );

describe('a backup', () => {
  it('restores pages, scores and files as they were', async () => {
    const restored = await open(whole);
    const agent = await signIn(restored, 'admin');
    for (const path of ['/', `/batches/${kept}/results`, '/customers', '/models'])
      expect((await agent.get(path).expect(200)).text).toContain('</html>');
    const there = (await agent.get(`/batches/${kept}/files/scored.csv`)).text;
    const here = await test.pageOf(`/batches/${kept}/files/scored.csv`);
    expect(there).toBe(here);
    expect(await test.scoreAtOnce(customersCsv(5, 4))).toBe(kept + 1);
    await restored.close();
  });

  it('holds what belongs together while rows come, and a file and its scores go', async () => {
    const gone = await test.scoreAtOnce(customersCsv(30, 5));
    const { db } = test.context;
    let writes = 0;
    const { manifest, archive } = await back(test.context.config, async () => {
      await db('audit_events').insert({ at: 'x', action: `written.${writes++}`, subject: '' });
      if (writes === 2) {
        await test.post(`/batches/${gone}/removal`).expect(303);
        await runJobs(test.context);
      }
    });
    expect(writes).toBeGreaterThan(10);
    const restored = await open(archive);
    expect([await findBatch(restored.context.db, gone), manifest.missing]).toEqual([undefined, []]);
    const events = await restored.context.db('audit_events').where({ at: 'x' }).pluck('action');
    // What was written before the moment of the database is there, and nothing after it.
    expect(events).toEqual(events.map((_, i) => `written.${i}`));
    expect(events.length).toBeGreaterThan(1);
    await restored.close();
  });

  it('of a scoring under way lets it begin anew', async () => {
    const { headers } = await test.postFile('/batches', customersCsv(25, 6)).expect(303);
    const id = Number(/\d+/.exec(String(headers['location']))?.[0]);
    await runJobs(test.context);
    await test.post(`/batches/${id}/scoring`).expect(303);
    const { uploadsDir, modelsDir } = test.context.config;
    const stop = { step: () => Promise.resolve('stop' as const) };
    await scoreBatch(test.context.db, { uploadsDir, modelsDir }, id, stop);
    const { archive } = await back(test.context.config);
    const restored = await open(archive);
    await runJobs(restored.context);
    await runJobs(test.context);
    const [there, here] = [await getBatch(restored.context.db, id), await getBatch(test.context.db, id)];
    expect([there.state, there.highCount]).toEqual(['done', here.highCount]);
    await restored.close();
  });

  it('of a file store has the objects, and is restored into folders', async () => {
    const store = createObjectFolder();
    const machines = await startMachines({ FILES: store.path });
    const { manifest, archive } = await back(machines.here.test.context.config);
    expect(manifest.files.map(({ name }) => name.split('/')[0])).toEqual(['models']);
    const restored = await open(archive);
    expect(await restored.context.db('stored_files')).toEqual([]);
    expect(existsSync(join(restored.context.config.modelsDir, manifest.files[0]!.name.slice(7)))).toBe(true);
    await restored.close();
    await machines.close();
    store.remove();
  });

  it('is noted, has no secrets, and leaves nothing behind', async () => {
    const { dataDir } = test.context.config;
    writeFileSync(join(dataDir, 'session-secret'), 'the secret of the sessions, of 32 characters');
    const { manifest, archive } = await back(test.context.config);
    const { lastBackup } = await getSettings(test.context.db);
    expect(lastBackup).toEqual({ at: manifest.createdAt, files: manifest.files.length });
    expect(archive.includes('the secret of the sessions')).toBe(false);
    expect(await test.pageOf('/settings')).toContain('Last backup');
  });
});

describe('restoring', () => {
  it('refuses an installation that has something', async () => {
    const config = await emptyInstallation();
    await restoreBackup(config, bytesOf(whole), nothing);
    await expect(restoreBackup(config, bytesOf(whole), nothing)).rejects.toThrow(
      isOnPostgres ? 'is not empty' : 'There is a database already',
    );
  });

  it('refuses an archive that is cut off, and leaves the installation empty', async () => {
    for (const length of [100, 5_000, whole.length - 4_000])
      expect(await refusal(whole.subarray(0, length))).toMatch('cut off');
    const config = await emptyInstallation();
    await expect(restoreBackup(config, bytesOf(whole.subarray(0, 9_000)), nothing)).rejects.toThrow();
    expect((await restoreBackup(config, bytesOf(whole), nothing)).missing).toEqual([]);
  });

  it('refuses changed bytes wherever they are', async () => {
    for (const share of [0.2, 0.6]) {
      const changed = Buffer.from(whole);
      changed[Math.floor(share * changed.length)]! ^= 1;
      expect(await refusal(changed)).toMatch(/changed|no backup/);
    }
  });

  it('refuses what a later version wrote, and what is no backup', async () => {
    const about = (format: number): Buffer => {
      const text = JSON.stringify({ format, software: '99.0.0', createdAt: 'x' });
      return Buffer.concat([tarHeader('about.json', text.length, 0), Buffer.from(text), Buffer.alloc(1_024)]);
    };
    expect(await refusal(about(2))).toMatch('later version of Holdfast (99.0.0)');
    expect(await refusal(about(1))).toMatch('cut off');
    expect(await refusal(readFileSync('package.json'))).toMatch('no archive');
  });

  it('refuses a name that leads out of the folders', async () => {
    const name = 'uploads/../../stolen';
    const [head, rest] = [whole.subarray(0, 1_024), whole.subarray(1_024)];
    const evil = Buffer.concat([head, tarHeader(name, 0, 0), rest]);
    expect(await refusal(evil)).toMatch('a file of another kind');
  });
});

describe('the settings page', () => {
  it('says how to make the first backup', async () => {
    await saveSettings(test.context.db, { lastBackup: null });
    expect(await test.pageOf('/settings')).toContain('No backup yet');
  });
});
