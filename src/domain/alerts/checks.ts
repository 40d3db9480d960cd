/** What is checked for alerts: one entry for each kind. A check says what is so now; `raising.ts` decides whom to tell. */
import type { Db } from '../../db.ts';
import { countText, createFormatter } from '../../format.ts';
import { listCampaigns } from '../../store/campaigns.ts';
import type { Campaign } from '../../store/campaigns.ts';
import { findModel } from '../../store/models.ts';
import { listScheduledQueries } from '../../store/queries.ts';
import { alertKinds } from '../../store/alerts.ts';
import type { AlertKind, Observation } from '../../store/alerts.ts';
import type { Settings } from '../../store/settings.ts';
import { listWatchedFiles, waitsForPerson } from '../../store/watched-files.ts';
import { readResults } from '../campaigns/results.ts';
import { describeDrift } from '../monitoring/drift-words.ts';
import { findingsOfBatch } from '../monitoring/reading.ts';
import { lastRetraining } from '../schedules/retraining.ts';
import type { Scene } from './scene.ts';

type Found = Omit<Observation, 'kind'>;
type Check = (scene: Scene) => Promise<readonly Found[]> | readonly Found[];

const dayMs = 86_400_000;
/** The newest files of the watched folder, among which some may wait. */
const mostWatched = 50;

const checks: Readonly<Record<AlertKind, Check>> = {
  'expected-loss': (scene) => {
    const { settings, readings } = scene;
    const rise = findRise(
      readings.map(({ loss }) => loss),
      settings.alerts.lossUpBy,
    );
    if (rise === null) return [];
    const { money } = createFormatter(settings);
    return [
      {
        ...ofNewestFile(scene, rise),
        money: rise.now - rise.before,
        title: `Expected monthly loss is up ${riseText(rise)}`,
        detail: `${money(rise.now)} after ${scene.batch!.originalName}, ${money(rise.before)} before.`,
        href: '/customers?sort=value',
      },
    ];
  },

  'high-risk': (scene) => {
    const { settings, readings } = scene;
    const rise = findRise(
      readings.map(({ highRisk }) => highRisk),
      settings.alerts.highRiskUpBy,
    );
    if (rise === null || !isBeyondCounting(rise)) return [];
    const more = rise.now - rise.before;
    const loss = readings[0]?.highRiskLoss ?? null;
    return [
      {
        ...ofNewestFile(scene, rise),
        money: loss === null ? null : more * loss,
        title: `${countText(more)} more customers at high risk`,
        detail: `${countText(rise.now)} after ${scene.batch!.originalName}, ${countText(rise.before)} before (${riseText(rise)} more).`,
        href: '/customers?risk=high',
      },
    ];
  },

  drift: async (scene) => {
    if (!scene.settings.alerts.drift) return [];
    const ofFile = await driftOfFile(scene);
    // What is found in a file is in the latest scores as well: one alert is enough.
    return ofFile.length > 0 ? ofFile : driftOfCustomers(scene);
  },

  'failed-run': async ({ db, settings }) => {
    if (!settings.alerts.failedRuns) return [];
    const watched = await watchedProblems(db);
    const training = await lastRetraining(db);
    const failed = (await listScheduledQueries(db)).filter(({ state }) => state === 'failed');
    const queries: Found[] = failed.map(({ id, name, error, startedAt }) => ({
      subject: `query:${id}`,
      evidence: `run:${startedAt ?? ''}`,
      // Until somebody acts, no data comes.
      severity: 'severe',
      money: null,
      title: `The scheduled query ${name} has failed`,
      detail: error ?? 'No reason is known.',
      href: `/queries/${id}`,
    }));
    const others = [...queries, ...failedSchedules(settings), ...watched];
    if (training?.state !== 'failed') return others;
    const retraining: Found = {
      subject: 'retraining',
      evidence: `training:${training.id}`,
      severity: 'severe',
      money: null,
      title: 'The scheduled retraining has failed',
      detail: training.error ?? 'No reason is known.',
      href: `/trainings/${training.id}`,
    };
    return [...others, retraining];
  },

  campaign: async (scene) => {
    if (!scene.settings.alerts.campaigns) return [];
    const running = (await listCampaigns(scene.db)).filter(({ state }) => state === 'running');
    return (await Promise.all(running.map((campaign) => checkCampaign(scene, campaign)))).flat();
  },

  'model-age': ({ settings, activeModel, day, now }) => {
    const most = settings.alerts.modelDays;
    if (most === null || activeModel === null || activeModel.isSample) return [];
    const age = ageInDays(activeModel.createdAt, now);
    if (age <= most) return [];
    return [
      {
        ...byTheDay(`model:${activeModel.id}`, day),
        title: `The active model is ${countText(age)} days old`,
        detail: `${activeModel.label} was trained more than ${countText(most)} days ago. Train a challenger on newer data.`,
        href: `/models/${activeModel.id}`,
      },
    ];
  },

  'data-age': ({ settings, batch, day, now }) => {
    const most = settings.alerts.dataDays;
    if (most === null || batch?.finishedAt == null) return [];
    const age = ageInDays(batch.finishedAt, now);
    if (age <= most) return [];
    return [
      {
        ...byTheDay('data', day),
        title: `No file has been scored for ${countText(age)} days`,
        detail: `The newest one is ${batch.originalName}. Customers and their risk may have changed since.`,
        href: '/score',
      },
    ];
  },
};

/** All that is so now. */
export async function observe(scene: Scene): Promise<Observation[]> {
  const found = await Promise.all(
    alertKinds.map(async (kind) =>
      (await checks[kind](scene)).map((observation) => ({ kind, ...observation })),
    ),
  );
  return found.flat();
}

export interface Rise {
  readonly now: number;
  readonly before: number;
  /** Of what it was before. */
  readonly share: number;
  readonly severity: Observation['severity'];
}

/**
 * `figures`: the newest first. Compared with the lower of the two before, so that a rise that lasts is found by the next
 * check too, and one that does not is forgotten; severe from twice the share on. Null: no rise of that share, which null turns off.
 */
export function findRise(figures: readonly (number | null)[], by: number | null): Rise | null {
  const [now, ...before] = figures.slice(0, 3).filter((figure) => figure !== null);
  if (by === null || now === undefined || before.length === 0 || figures[0] == null) return null;
  const least = Math.min(...before);
  if (least <= 0 || now <= least * (1 + by)) return null;
  const severity = now > before[0]! * (1 + 2 * by) ? 'severe' : 'warning';
  return { now, before: least, share: now / least - 1, severity };
}

/** Whether two counts differ by more than chance makes of equal ones. */
function isBeyondCounting({ now, before }: Rise): boolean {
  return now - before > 2 * Math.sqrt(now + before);
}

/** '34 %', also of more than all. */
function riseText({ share }: Rise): string {
  return `${countText(Math.round(100 * share))} %`;
}

function ofNewestFile({ batch }: Scene, { severity }: Rise) {
  return { subject: 'customers', evidence: `batch:${batch!.id}`, severity };
}

/** Confirmed by the check of the next day. */
function byTheDay(subject: string, day: string): Pick<Found, 'subject' | 'evidence' | 'severity' | 'money'> {
  return { subject, evidence: `day:${day}`, severity: 'warning', money: null };
}

function ageInDays(since: string, now: number): number {
  return Math.floor((now - Date.parse(since)) / dayMs);
}

async function driftOfFile({ db, settings, batch }: Scene): Promise<Found[]> {
  const model = batch?.modelId == null ? undefined : await findModel(db, batch.modelId);
  if (!batch || !model) return [];
  const findings = await findingsOfBatch(db, batch.id, model);
  if (findings?.severity == null || findings.severity === 'note') return [];
  const money = findings.harm?.money ?? null;
  return [
    {
      subject: `model:${model.id}`,
      evidence: `batch:${batch.id}`,
      severity: findings.severity,
      money: money && Math.abs(money),
      title: `${batch.originalName} differs from the training data of ${model.label}`,
      detail: describeDrift(findings, createFormatter(settings).money),
      href: `/batches/${batch.id}/monitoring`,
    },
  ];
}

/** As the last scheduled check found them, until the next one. */
function driftOfCustomers({ settings, activeModel }: Scene): Found[] {
  const { found, scheduledFrom } = settings.driftCheck;
  if (found?.severity == null || found.severity === 'note' || scheduledFrom === null) return [];
  if (found.modelId !== activeModel?.id) return [];
  return [
    {
      subject: `model:${found.modelId}`,
      evidence: `batch:${found.batchId}`,
      ...{ severity: found.severity, money: found.money, detail: found.detail },
      title: `Customers differ from the training data of ${activeModel.label}`,
      href: `/models/${found.modelId}/monitoring`,
    },
  ];
}

/** Rescoring and drift checks that could not be run. */
function failedSchedules({ rescoring, driftCheck }: Settings): Found[] {
  return [
    { subject: 'rescoring', title: 'The scheduled rescoring has failed', run: rescoring },
    { subject: 'drift-check', title: 'The scheduled drift check has failed', run: driftCheck },
  ].flatMap(({ subject, title, run: { error, scheduledFrom } }) =>
    error === null || scheduledFrom === null
      ? []
      : {
          ...{ subject, title, detail: error, money: null, href: '/settings/schedules' },
          ...{ evidence: `run:${scheduledFrom}`, severity: 'severe' as const },
        },
  );
}

/** Files of the watched folder that wait for a person, and the newest one if it has failed. */
async function watchedProblems(db: Db): Promise<Found[]> {
  const files = await listWatchedFiles(db, mostWatched);
  return files.flatMap((file, place) => {
    const { id, name, state, note, batchId } = file;
    const isWaiting = waitsForPerson(file);
    if (!isWaiting && !(state === 'failed' && place === 0)) return [];
    return {
      ...{ subject: `watched:${id}`, evidence: `watched:${id}`, severity: 'severe' as const, money: null },
      title: isWaiting
        ? `${name} in the watched folder waits for somebody`
        : `${name} in the watched folder could not be scored`,
      detail: note ?? 'No reason is known.',
      href: batchId === null ? '/settings/schedules' : `/batches/${batchId}`,
    };
  });
}

async function checkCampaign({ db, day }: Scene, campaign: Campaign): Promise<Found[]> {
  const { isMismatched, isOver, earned } = await readResults(db, campaign);
  const href = `/campaigns/${campaign.id}`;
  const mismatch: Found = {
    ...byTheDay(`ratio:${campaign.id}`, day),
    severity: 'severe',
    title: `The groups of ${campaign.name} are not as they were split`,
    detail: 'Its result cannot be trusted until the reason is found.',
    href,
  };
  const ready: Found = {
    ...byTheDay(`result:${campaign.id}`, day),
    money: earned && Math.abs(earned.value),
    title: `The result of ${campaign.name} can be read`,
    detail: 'Its horizon is over. Close it when you have read the result.',
    href,
  };
  return [...(isMismatched ? [mismatch] : []), ...(isOver ? [ready] : [])];
}
