/**
 * A challenger from a finished campaign: what its controls did says what customers do who are left alone. Customers who were
 * contacted are left out: of them a model would learn that the riskiest stay. All controls had the same chance to be one, so
 * that each stands for as many customers of the campaign.
 */
import { createHash, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Config } from '../../config.ts';
import { inTransaction } from '../../db.ts';
import type { Db } from '../../db.ts';
import { Conflict } from '../../errors.ts';
import { countText } from '../../format.ts';
import { isSameLevel } from '../../ml/data/levels.ts';
import type { CellValue } from '../../ml/data/values.ts';
import { recordEvent } from '../../store/audit.ts';
import { controlArm, listMembersWithOutcomes } from '../../store/campaign-members.ts';
import { getCampaign } from '../../store/campaigns.ts';
import type { Campaign } from '../../store/campaigns.ts';
import { findDataset, getDataset, insertDataset, updateDataset } from '../../store/datasets.ts';
import type { Dataset } from '../../store/datasets.ts';
import { openFiles } from '../../store/files/open-files.ts';
import { enqueueJob } from '../../store/jobs.ts';
import { findActiveModel } from '../../store/models.ts';
import type { ModelRecord } from '../../store/models.ts';
import { openScoreStore } from '../../store/score-files/store.ts';
import { readTakenCsv } from '../csv/whole.ts';
import { exactLine } from '../csv/writer.ts';
import { datasetFolder } from '../datasets/datasets.ts';
import { describeDataset } from '../datasets/import/reading.ts';
import { readLabel } from '../datasets/labels/definition.ts';
import { writeWhole } from '../models/files.ts';
import type { User } from '../people/accounts.ts';
import { maxTrainingRows } from '../training/dataset-table.ts';
import { inputsOf } from '../training/inputs.ts';
import { optionsFor } from '../training/options.ts';
import { queueTraining } from '../training/queue.ts';
import { controlsOf, readFinishedCampaign } from './evidence.ts';
import { findMemberInputs } from './member-inputs.ts';
import { outcomeOf } from './member-outcome.ts';

/** With a known outcome. */
const fewestControls = 50;

/** Gives the dataset that is being made. @throws Conflict when the campaign says too little, or there is no active model */
export async function retrainLater(db: Db, user: User, campaign: Campaign): Promise<number> {
  const finished = await readFinishedCampaign(db, campaign);
  const known = finished === null ? 0 : controlsOf(finished.groups);
  if (known < fewestControls)
    throw new Conflict(
      `A model needs the outcomes of ${fewestControls} customers of the control group at the end of the horizon; there are ${countText(known)}.`,
    );
  const active = await findActiveModel(db);
  if (active === undefined) throw new Conflict('There is no active model to challenge.');
  return inTransaction(db, async (trx) => {
    const base = await findBase(trx, active);
    const name = `${campaign.name}: customers who were not contacted`.slice(0, 200);
    const datasetId = await insertDataset(trx, {
      name,
      file: join(datasetFolder, randomUUID()),
      sha256: '',
      rowCount: 0,
      columns: base?.columns ?? [],
      label: base?.label ?? ownLabel,
      state: 'reading',
      isSample: false,
      createdBy: user.id,
    });
    await enqueueJob(trx, {
      kind: 'retrain',
      payload: { datasetId, sourceId: base?.id ?? null, untreatedOf: campaign.id, userId: user.id },
      subject: `Collect ${name}`,
      createdBy: user.id,
    });
    await recordEvent(trx, { userId: user.id, action: 'campaign.retrained', subject: campaign.name });
    return datasetId;
  });
}

const ownLabel = { kind: 'column', column: 'left_by_horizon', positive: 'yes' } as const;

/** The dataset of the active model, where the new rows can be added to it. */
async function findBase(db: Db, { datasetId, schema }: ModelRecord): Promise<Dataset | null> {
  const dataset = datasetId === null ? undefined : await findDataset(db, datasetId);
  if (dataset?.state !== 'ready' || dataset.kind !== 'customers' || dataset.rowCount >= maxTrainingRows)
    return null;
  const names = dataset.columns.map(({ name }) => name);
  const hasAll = schema.features.every(({ name }) => names.includes(name));
  return hasAll && readLabel(dataset.label)?.kind === 'column' ? dataset : null;
}

/** Runs in a job, and can be repeated. */
export async function collectUntreated(
  db: Db,
  config: Config,
  { datasetId, sourceId, untreatedOf }: Readonly<Record<string, unknown>>,
): Promise<void> {
  const target = await getDataset(db, Number(datasetId));
  const campaign = await getCampaign(db, Number(untreatedOf));
  const model = await findActiveModel(db);
  if (model === undefined) throw new Conflict('There is no active model to challenge.');
  const collected = await collectControls(db, config, campaign);
  const base = typeof sourceId === 'number' ? await getDataset(db, sourceId) : null;
  const table = base === null ? tableOf(model, collected.rows) : await extend(config, base, collected.rows);
  const csv = table.map((row) => exactLine(row)).join('');
  const path = join(config.dataDir, target.file);
  await writeWhole(path, csv);
  const stored = await openFiles(config).put(db, [{ path }]);
  await inTransaction(db, async (trx) => {
    await stored.note(trx);
    await updateDataset(trx, target.id, {
      rowCount: table.length - 1,
      sha256: createHash('sha256').update(csv).digest('hex'),
      byteSize: Buffer.byteLength(csv),
      notes: [notesOf(campaign, base, collected)],
    });
  });
  await describeDataset(db, config, target.id, { identifier: base === null ? 'customer' : null });
}

/** Call in the transaction that ends the job. */
export async function trainChallenger(
  trx: Db,
  { datasetId, userId }: Readonly<Record<string, unknown>>,
): Promise<void> {
  const dataset = await getDataset(trx, Number(datasetId));
  const used = (await findActiveModel(trx))?.schema.features.map(({ name }) => name) ?? [];
  const drop = inputsOf(dataset)
    .possible.map(({ name }) => name)
    .filter((name) => !used.includes(name));
  const options = { ...optionsFor('quick'), drop, isChallenger: true };
  await queueTraining(trx, { id: Number(userId) }, { datasetId: dataset.id, name: dataset.name, options });
}

interface UntreatedRow {
  readonly customerId: string;
  readonly hasLeft: boolean;
  readonly inputs: Readonly<Record<string, CellValue>>;
}

interface Collected {
  readonly rows: readonly UntreatedRow[];
  readonly contacted: number;
  /** Controls with a known outcome whose score was removed. */
  readonly withoutInputs: number;
}

async function collectControls(db: Db, config: Config, campaign: Campaign): Promise<Collected> {
  const members = await listMembersWithOutcomes(db, campaign.id);
  const horizon = { launchedOn: campaign.launchedOn!, endsOn: campaign.endsOn! };
  const known = members.flatMap((member) => {
    const outcome = outcomeOf(member, horizon);
    const isKnown = member.arm === controlArm && (outcome === 'left' || outcome === 'stayed');
    return isKnown ? [{ ...member, hasLeft: outcome === 'left' }] : [];
  });
  const inputs = await findMemberInputs(openScoreStore(db, config), known);
  const rows = known.flatMap(({ customerId, hasLeft }) => {
    const own = inputs.get(customerId);
    return own === undefined ? [] : [{ customerId, hasLeft, inputs: own }];
  });
  return {
    rows,
    contacted: members.filter(({ arm }) => arm !== controlArm).length,
    withoutInputs: known.length - rows.length,
  };
}

/** Of the controls alone, the names first. */
function tableOf({ schema }: ModelRecord, rows: readonly UntreatedRow[]): string[][] {
  const names = schema.features.map(({ name }) => name);
  const header = ['customer', ...names, ownLabel.column];
  return [
    header,
    ...rows.map(({ customerId, hasLeft, inputs }) => [
      customerId,
      ...names.map((name) => cellText(inputs[name], '.')),
      hasLeft ? ownLabel.positive : 'no',
    ]),
  ];
}

/** The rows of a dataset, and the controls after them. */
async function extend(
  config: Config,
  base: Dataset,
  rows: readonly UntreatedRow[],
): Promise<(readonly string[])[]> {
  const { header, cells, decimal } = await readTakenCsv(join(config.dataDir, base.file));
  const before = Array.from(cells[0] ?? [], (_, row) => cells.map((column) => column[row]!));
  const cellOf = createCells(base, decimal);
  return [header, ...before, ...rows.map((row) => header.map((name) => cellOf(row, name)))];
}

function createCells({ columns, label: stored }: Dataset, decimal: string) {
  const label = readLabel(stored);
  if (label?.kind !== 'column') throw new Error('the label of the dataset is a column');
  const { levels = [] } = columns.find(({ name }) => name === label.column) ?? {};
  const stayed = levels.find((level) => !isSameLevel(level, label.positive)) ?? 'no';
  const identifier = columns.find(({ role }) => role === 'identifier')?.name;
  return ({ customerId, hasLeft, inputs }: UntreatedRow, name: string): string => {
    if (name === label.column) return hasLeft ? label.positive : stayed;
    return name === identifier ? customerId : cellText(inputs[name], decimal);
  };
}

function cellText(value: CellValue | undefined, decimal: string): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'number' ? String(value).replace('.', decimal) : value;
}

function notesOf({ name }: Campaign, base: Dataset | null, collected: Collected): string {
  const { rows, contacted, withoutInputs } = collected;
  const parts = [
    `${countText(rows.length)} customers of the control group of ${name} with what they were scored with at the launch, and whether they left within its horizon. The ${countText(contacted)} customers who were contacted are left out.`,
    base === null ? '' : `They follow the ${countText(base.rowCount)} rows of ${base.name}.`,
    withoutInputs === 0
      ? ''
      : `${countText(withoutInputs)} more controls are missing, because their scores were removed.`,
  ];
  return parts.filter((part) => part !== '').join(' ');
}
