/** Studies of a dataset that take a job: queued, computed, and kept with the profile until the columns or the label change. */
import { join } from 'node:path';
import type { Config } from '../../../config.ts';
import { inTransaction } from '../../../db.ts';
import type { Db } from '../../../db.ts';
import { AppError } from '../../../errors.ts';
import { getDataset, updateDataset } from '../../../store/datasets.ts';
import type { Dataset } from '../../../store/datasets.ts';
import { enqueueJob } from '../../../store/jobs.ts';
import { readTakenCsv } from '../../csv/whole.ts';
import type { User } from '../../people/accounts.ts';
import { getReady } from '../datasets.ts';
import { studyKinds } from './kinds.ts';
import type { OptionsOf, ResultOf, StudyKind } from './kinds.ts';

export interface Study<Kind extends StudyKind> {
  readonly options: OptionsOf<Kind>;
  /** Null until the job is done. */
  readonly result: ResultOf<Kind> | null;
  /** Why there is no result. */
  readonly error: string | null;
}

/** Queues a study; an earlier one of this kind is replaced. */
export async function studyLater<Kind extends StudyKind>(
  db: Db,
  user: User,
  id: number,
  { kind, options }: { readonly kind: Kind; readonly options: OptionsOf<Kind> },
): Promise<void> {
  await inTransaction(db, async (trx) => {
    const dataset = await getReady(trx, id);
    await keep(trx, dataset, kind, { options, result: null, error: null });
    await enqueueJob(trx, {
      kind: 'study-dataset',
      payload: { studyOf: id, study: kind },
      subject: `${studyKinds[kind].title}: ${dataset.name}`,
      createdBy: user.id,
    });
  });
}

/** Runs in a job. Where the data cannot answer, the study says why. */
export async function runStudy(db: Db, config: Config, id: number, kind: StudyKind): Promise<void> {
  const dataset = await getDataset(db, id);
  const study = studyOf(dataset, kind);
  if (!study) return;
  const ended = await computed(config, dataset, kind, study.options);
  await inTransaction(db, async (trx) => keep(trx, await getDataset(trx, id), kind, ended));
}

async function computed<Kind extends StudyKind>(
  config: Config,
  dataset: Dataset,
  kind: Kind,
  options: OptionsOf<Kind>,
): Promise<Study<Kind>> {
  const { mostRows, compute } = studyKinds[kind];
  try {
    const csv = await readTakenCsv(join(config.dataDir, dataset.file), mostRows);
    return { options, result: compute(csv, dataset, options), error: null };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { options, result: null, error: error.message };
  }
}

/** All of them that wait say why they have no result. */
export async function failStudies(trx: Db, id: number, error: string): Promise<void> {
  for (const kind of Object.keys(studyKinds) as StudyKind[]) {
    const dataset = await getDataset(trx, id);
    const study = studyOf(dataset, kind);
    if (study?.result === null && study.error === null) await keep(trx, dataset, kind, { ...study, error });
  }
}

export function studyOf<Kind extends StudyKind>({ profile }: Dataset, kind: Kind): Study<Kind> | null {
  const studies = (profile as { studies?: { readonly [K in StudyKind]?: Study<K> } } | null)?.studies;
  return studies?.[kind] ?? null;
}

async function keep<Kind extends StudyKind>(
  db: Db,
  { id, profile }: Dataset,
  kind: Kind,
  study: Study<Kind>,
): Promise<void> {
  const { studies } = (profile ?? {}) as { studies?: object };
  await updateDataset(db, id, {
    profile: { ...(profile as object), studies: { ...studies, [kind]: study } },
  });
}
