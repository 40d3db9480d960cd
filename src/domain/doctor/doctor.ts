/** Whether an installation is as it should be: each check looks at one thing and changes nothing. */
import { access, constants, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Config } from '../../config.ts';
import { databaseFile, examineDatabase, openReadOnlyDatabase } from '../../db.ts';
import type { Db } from '../../db.ts';
import { timeOf } from '../../db/clock.ts';
import { comparedMigrations } from '../../db/schema.ts';
import { findNewestEventTime } from '../../store/audit.ts';
import { openSharedFiles } from '../../store/files/open-files.ts';
import { listDamagedScores } from '../../store/score-files/damage.ts';
import { openScoreStore } from '../../store/score-files/store.ts';
import { listFilesInUse } from '../../store/models.ts';
import { getSettings } from '../../store/settings.ts';
import { verifyAuditChain } from '../audit/verification.ts';
import { listMissing, listSources } from '../backup/sources.ts';
import { claimStore } from '../files/owner.ts';
import { requireDatabase } from '../installation.ts';
import { freeBytes } from '../jobs/disk-space.ts';
import { verifyModelFile } from '../models/files.ts';

/** `warning`: it works, but somebody should look at it. */
export type FindingState = 'ok' | 'warning' | 'problem';

export interface Finding {
  readonly check: string;
  readonly state: FindingState;
  /** In words: what was looked at, or what is wrong and what to do. */
  readonly detail: string;
}

interface Scene {
  readonly config: Config;
  readonly db: Db;
}

/** What is wrong, and otherwise what was looked at. */
interface Answer {
  readonly problems?: readonly string[];
  readonly warnings?: readonly string[];
  readonly fine: string;
}

const gigabyte = 2 ** 30;
const dayMs = 24 * 3_600_000;
const mostClockMs = 5_000;
const mostBackupDays = 7;

/** In the order in which one thing needs the other. */
const checks: Readonly<Record<string, (scene: Scene) => Promise<Answer>>> = {
  settings,
  permissions,
  disk,
  database,
  schema,
  clock,
  models,
  scores,
  files,
  'audit log': auditLog,
  backup,
};

/** Every check, and each whatever the others find. `seen` hears of each at once. */
export async function examineInstallation(
  config: Config,
  seen: (finding: Finding) => void,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  const db = openReadOnlyDatabase(config.databaseUrl);
  try {
    for (const [check, look] of Object.entries(checks)) {
      const finding = findingOf(check, await look({ config, db }).catch(asProblem));
      findings.push(finding);
      seen(finding);
    }
    return findings;
  } finally {
    await db.destroy();
  }
}

function asProblem(error: unknown): Answer {
  return { problems: [error instanceof Error ? error.message : String(error)], fine: '' };
}

function findingOf(check: string, { problems = [], warnings = [], fine }: Answer): Finding {
  const state = problems.length > 0 ? 'problem' : warnings.length > 0 ? 'warning' : 'ok';
  return { check, state, detail: state === 'ok' ? fine : [...problems, ...warnings].join(' ') };
}

function foldersIn({ config }: Scene): string[] {
  const { dataDir, modelsDir, uploadsDir, databaseUrl } = config;
  const file = databaseFile(databaseUrl);
  return [...new Set([dataDir, modelsDir, uploadsDir, ...(file === null ? [] : [dirname(resolve(file))])])];
}

function settings({ config }: Scene): Promise<Answer> {
  const { host, publicUrl, secretsKeys } = config;
  const isOpen =
    !['127.0.0.1', 'localhost', '::1'].includes(host) && publicUrl?.startsWith('https:') !== true;
  return Promise.resolve({
    warnings: [
      ...(isOpen ? [`HOST is ${host} without HTTPS: passwords travel unencrypted. Set PUBLIC_URL.`] : []),
      ...(secretsKeys.length === 0
        ? ['SECRETS_KEY is not set: no passwords of connections and secrets of webhooks can be stored.']
        : []),
    ],
    fine: 'every setting can be used',
  });
}

async function permissions(scene: Scene): Promise<Answer> {
  const problems: string[] = [];
  const warnings: string[] = [];
  for (const folder of foldersIn(scene)) {
    try {
      await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
      if (((await stat(folder)).mode & 0o007) !== 0)
        warnings.push(`Everybody on this machine may look into ${folder}. The next start changes it.`);
    } catch {
      problems.push(`${folder} cannot be read and written by this user.`);
    }
  }
  return { problems, warnings, fine: 'folders are ours and closed to others' };
}

async function disk(scene: Scene): Promise<Answer> {
  const problems: string[] = [];
  const warnings: string[] = [];
  let least = Infinity;
  for (const folder of foldersIn(scene)) {
    const free = await freeBytes(folder);
    least = Math.min(least, free);
    const words = `${gigabytes(free)} free for ${folder}.`;
    if (free < gigabyte / 10) problems.push(words);
    else if (free < gigabyte) warnings.push(words);
  }
  return { problems, warnings, fine: `${gigabytes(least)} free` };
}

function gigabytes(bytes: number): string {
  return Number.isFinite(bytes) ? `${(bytes / gigabyte).toFixed(1)} GB` : 'an unknown number of GB';
}

async function database({ config, db }: Scene): Promise<Answer> {
  requireDatabase(config);
  const problems = await examineDatabase(db);
  return {
    problems: problems.map((problem) => `${problem}. Restore a backup.`),
    fine: 'whole, and every reference leads somewhere',
  };
}

async function schema({ db }: Scene): Promise<Answer> {
  const { pending, later } = await comparedMigrations(db);
  return {
    warnings: [
      ...(pending.length > 0
        ? [`${pending.length} migrations are left to do. The next start does them.`]
        : []),
      ...(later.length > 0
        ? [`A later version of Holdfast has changed the database (${later.join(', ')}).`]
        : []),
    ],
    fine: 'of this version',
  };
}

/** Sessions and leases go by the clock of the database. */
async function clock({ db }: Scene): Promise<Answer> {
  const now = await timeOf(db);
  const apart = Math.abs(now - Date.now());
  const newest = Date.parse((await findNewestEventTime(db)) ?? '');
  return {
    warnings: [
      ...(apart > mostClockMs
        ? [`The clocks of this machine and of the database are ${Math.round(apart / 1_000)} seconds apart.`]
        : []),
      ...(newest > now + mostClockMs
        ? ['The audit log has an event of the future: the clock was set back.']
        : []),
    ],
    fine: 'those of this machine and of the database agree',
  };
}

async function models({ config, db }: Scene): Promise<Answer> {
  const inUse = await listFilesInUse(db);
  const problems: string[] = [];
  for (const model of inUse)
    await verifyModelFile(config.modelsDir, model).catch((error: unknown) => {
      problems.push((error as Error).message);
    });
  return { problems, fine: `${inUse.length} model files have their checksums` };
}

async function auditLog({ db }: Scene): Promise<Answer> {
  const { events, brokenAt } = await verifyAuditChain(db);
  return {
    problems:
      brokenAt === null
        ? []
        : [`Event ${brokenAt} of the audit log, or one before it, is not as it was written.`],
    fine: `${events} events are as they were written`,
  };
}

async function scores({ config, db }: Scene): Promise<Answer> {
  const { damaged, count } = await listDamagedScores(openScoreStore(db, config));
  return {
    problems: damaged.map(
      (name) => `The scores of ${name} are missing or damaged. Score it again, or restore a backup.`,
    ),
    fine: `${count} score files have their checksums`,
  };
}

async function files({ config, db }: Scene): Promise<Answer> {
  const store = openSharedFiles(config);
  if (store) await claimStore(db, store);
  const sources = await listSources(db, config, '');
  const missing = await listMissing(db, sources);
  return {
    problems: missing.map((name) => `${name} is missing. Restore it from a backup.`),
    fine: `${sources.length} files are there`,
  };
}

async function backup({ db }: Scene): Promise<Answer> {
  const { lastBackup } = await getSettings(db);
  if (lastBackup === null)
    return { warnings: ['There is no backup yet. Make one with holdfast backup.'], fine: '' };
  const days = Math.floor((Date.now() - Date.parse(lastBackup.at)) / dayMs);
  const words = `the last backup is of ${lastBackup.at}`;
  return { warnings: days > mostBackupDays ? [`${words}, ${days} days ago.`] : [], fine: words };
}
