/** What an installation looks like to `holdfast doctor`: as it should be, and with something wrong. */
import { chmodSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { examineInstallation } from '../../../src/domain/doctor/doctor.ts';
import type { Finding } from '../../../src/domain/doctor/doctor.ts';
import { saveSettings } from '../../../src/store/settings.ts';
import { activateSmallModel, customersCsv } from '../../helpers/app.ts';
import { openSite } from '../../helpers/site.ts';

const test = openSite('analyst', { SECRETS_KEY: 'a key that is long enough for a test' });
beforeAll(async () => {
  await activateSmallModel(test);
  await test.scoreAtOnce(customersCsv(20, 3));
  const { dataDir, modelsDir, uploadsDir } = test.context.config;
  for (const folder of [dataDir, modelsDir, uploadsDir]) chmodSync(folder, 0o700);
  await saveSettings(test.context.db, { lastBackup: { at: new Date().toISOString(), files: 3 } });
});

const examine = (): Promise<Finding[]> => examineInstallation(test.context.config, () => undefined);

/** What one check finds, as 'state: detail'. */
async function found(check: string): Promise<string> {
  const { state, detail } = (await examine()).find((finding) => finding.check === check)!;
  return `${state}: ${detail}`;
}

/** While one byte of the file is another one. */
async function withChanged(path: string, work: () => Promise<string>): Promise<string> {
  renameSync(path, `${path}.aside`);
  const bytes = readFileSync(`${path}.aside`);
  bytes[bytes.length >> 1]! ^= 1;
  writeFileSync(path, bytes);
  try {
    return await work();
  } finally {
    rmSync(path);
    renameSync(`${path}.aside`, path);
  }
}

const fileWith = (folder: string, ending: string): string =>
  join(
    folder,
    readdirSync(folder).find((name) => name.endsWith(ending))!,
  );

describe('an installation', () => {
  it('that is as it should be has no findings', async () => {
    // How much space this machine has is its own affair.
    const findings = (await examine()).filter(({ check }) => check !== 'disk');
    expect(findings.filter(({ state }) => state !== 'ok')).toEqual([]);
    expect(findings.map(({ check }) => check)).toContain('database');
  });

  it('whose audit log was changed has a problem that names the event', async () => {
    const { db } = test.context;
    const { id, subject } = await db('audit_events').orderBy('id').first<{ id: number; subject: string }>();
    await db('audit_events').where({ id }).update({ subject: 'Another' });
    expect(await found('audit log')).toMatch(new RegExp(`^problem: Event ${id} of the audit log`));
    await db('audit_events').where({ id }).update({ subject });
    expect(await found('audit log')).toMatch(/^ok: /);
  });

  it('whose model or score file was changed has a problem that names it', async () => {
    const { modelsDir, uploadsDir } = test.context.config;
    const model = await withChanged(fileWith(modelsDir, '.holdfast'), () => found('models'));
    expect(model).toMatch(/^problem: The model .*Small cannot be used/);
    const scores = await withChanged(fileWith(uploadsDir, '.scores'), () => found('scores'));
    expect(scores).toMatch(/^problem: The scores of customers\.csv/);
  });

  it('whose folder others may read, or whose last backup is old, has a warning', async () => {
    const { modelsDir } = test.context.config;
    chmodSync(modelsDir, 0o755);
    expect(await found('permissions')).toMatch(/^warning/);
    chmodSync(modelsDir, 0o700);
    await saveSettings(test.context.db, { lastBackup: { at: '2020-01-01T00:00:00.000Z', files: 1 } });
    expect(await found('backup')).toMatch(/^warning: .* days ago/);
    await saveSettings(test.context.db, { lastBackup: null });
    expect(await found('backup')).toMatch(/^warning: There is no backup yet/);
  });

  it('of a later version, or with an event of the future, has warnings', async () => {
    const { db } = test.context;
    await db('knex_migrations').insert({ name: '2999-01-01-later', batch: 99 });
    expect(await found('schema')).toMatch(/^warning: .*2999-01-01-later/);
    await db('knex_migrations').where({ name: '2999-01-01-later' }).delete();
    await db('audit_events').insert({ at: '2999-01-01T00:00:00.000Z', action: 'a.b', subject: '' });
    expect(await found('clock')).toMatch(/^warning: The audit log has an event of the future/);
    await db('audit_events').where({ action: 'a.b' }).delete();
  });
});
