/** Which model scores everybody: what a change would do, the change, and the way back. */
import { inTransaction } from '../db.ts';
import type { Db } from '../db.ts';
import { Conflict } from '../errors.ts';
import type { Model } from '../ml/model.ts';
import { recordEvent } from '../store/audit.ts';
import { insertActivation, listActivations } from '../store/activations.ts';
import { sampleLatestCustomers } from '../store/latest-customers.ts';
import type { LatestCustomer } from '../store/latest-customers.ts';
import { activateModel, findActiveModel, findModel, getModel } from '../store/models.ts';
import type { ModelRecord } from '../store/models.ts';
import { listPromotionTests } from '../store/promotion-tests.ts';
import { getSettings } from '../store/settings.ts';
import type { User } from './accounts.ts';
import { foldName } from './column-names.ts';
import { readModelFile } from './model-files.ts';
import { runPromotionTests, scoreInputs } from './promotion-tests.ts';
import type { TestResult } from './promotion-tests.ts';
import { riskLevelOf, riskLevels } from './risk.ts';
import type { RiskLevel, RiskThresholds } from './risk.ts';

export interface LevelMove {
  readonly from: RiskLevel;
  readonly to: RiskLevel;
  readonly customers: number;
  /** What they pay a month. */
  readonly monthlyValue: number;
}

export interface LevelChange {
  /** The score that would be another. */
  readonly predictionId: number;
  readonly customerId: string | null;
  readonly from: RiskLevel;
  readonly to: RiskLevel;
  readonly now: number;
  readonly then: number;
}

export interface ActivationPreview {
  /** Latest scores there are, and how many of them were tried. */
  readonly total: number;
  readonly tried: number;
  /** Tried customers whom the new model refuses. */
  readonly refused: number;
  /** All nine pairs of levels, also those that nobody moves between. */
  readonly moves: readonly LevelMove[];
  /** The customers who would change level, those whose probability changes most first; 20 at most. */
  readonly changes: readonly LevelChange[];
  /** Σ probability × monthly value of the tried customers, by the scores they have and by the new ones. */
  readonly revenueAtRisk: { readonly now: number; readonly then: number };
  /** Features that the stored customers do not have. */
  readonly unknownFeatures: readonly string[];
  readonly tests: readonly TestResult[];
}

/** So many are scored anew while the page waits. */
const mostCustomers = 500;
const mostChanges = 20;

/** What activating the model would change. @throws AppError 409 when its file cannot be used. */
export async function previewActivation(
  db: Db,
  modelsDir: string,
  record: ModelRecord,
): Promise<ActivationPreview> {
  const model = await readModelFile(modelsDir, record);
  const { total, customers } = await sampleLatestCustomers(db, mostCustomers);
  const scores = scoreInputs(
    model,
    customers.map(({ inputs }) => inputs),
  );
  return {
    total,
    tried: customers.length,
    refused: scores.filter((score) => score === null).length,
    ...compare(customers, scores, await getSettings(db)),
    unknownFeatures: unknownFeatures(model, customers),
    tests: runPromotionTests(model, await listPromotionTests(db), customers),
  };
}

/**
 * Makes the model the one that scores. A second click finds it active and changes nothing.
 * @throws Conflict when it is archived, its file is unusable, or it knows none of the stored customers' columns
 */
export async function activate(db: Db, modelsDir: string, user: User, id: number): Promise<void> {
  const record = await getModel(db, id);
  if (record.state === 'archived') throw new Conflict('This model is archived. Take it back first.');
  const model = await readModelFile(modelsDir, record);
  const { customers } = await sampleLatestCustomers(db, mostCustomers);
  if (customers.length > 0 && unknownFeatures(model, customers).length === model.schema.features.length)
    throw new Conflict(
      'This model uses none of the columns that the scored customers have, so nobody could be compared. Score a file with it first: choose it on the page “Match the columns”.',
      'schema-mismatch',
    );
  await switchTo(db, user, id, 'model.activated');
}

/** Takes the newest activation back. @throws Conflict when there is nothing to go back to */
export async function rollBack(db: Db, modelsDir: string, user: User): Promise<ModelRecord> {
  const previous = await findRollbackTarget(db);
  if (!previous) throw new Conflict('There is no earlier model to go back to.');
  await readModelFile(modelsDir, previous);
  await switchTo(db, user, previous.id, 'model.rolled-back');
  return previous;
}

/** The model that a rollback would restore. */
export async function findRollbackTarget(db: Db): Promise<ModelRecord | undefined> {
  const [newest] = await listActivations(db, 1);
  const previous = newest?.previousModelId ?? null;
  const record = previous === null ? undefined : await findModel(db, previous);
  return record?.state === 'archived' ? undefined : record;
}

async function switchTo(db: Db, user: User, id: number, action: string): Promise<void> {
  await inTransaction(db, async (trx) => {
    const model = await getModel(trx, id);
    if (model.state === 'active') return;
    const previous = await findActiveModel(trx);
    await activateModel(trx, id);
    await insertActivation(trx, { modelId: id, previousModelId: previous?.id ?? null, userId: user.id });
    await recordEvent(trx, {
      userId: user.id,
      action,
      subject: model.label,
      before: { active: previous?.label ?? null },
      after: { active: model.label },
    });
  });
}

function compare(
  customers: readonly LatestCustomer[],
  scores: readonly (number | null)[],
  thresholds: RiskThresholds,
): Pick<ActivationPreview, 'moves' | 'changes' | 'revenueAtRisk'> {
  const moves = riskLevels.flatMap((from) =>
    riskLevels.map((to) => ({ from, to, customers: 0, monthlyValue: 0 })),
  );
  const revenueAtRisk = { now: 0, then: 0 };
  const changes: LevelChange[] = [];
  customers.forEach(({ id, customerId, riskLevel, probability, monthlyValue }, i) => {
    const score = scores[i] ?? null;
    if (score === null) return;
    const level = riskLevelOf(score, thresholds);
    const move = moves.find(({ from, to }) => from === riskLevel && to === level)!;
    move.customers++;
    move.monthlyValue += monthlyValue ?? 0;
    if (level !== riskLevel)
      changes.push({
        predictionId: id,
        ...{ customerId, from: riskLevel, to: level, now: probability, then: score },
      });
    revenueAtRisk.now += probability * (monthlyValue ?? 0);
    revenueAtRisk.then += score * (monthlyValue ?? 0);
  });
  changes.sort((a, b) => Math.abs(b.then - b.now) - Math.abs(a.then - a.now));
  return { moves, changes: changes.slice(0, mostChanges), revenueAtRisk };
}

function unknownFeatures(model: Model, customers: readonly LatestCustomer[]): string[] {
  if (customers.length === 0) return [];
  const known = new Set(customers.flatMap(({ inputs }) => Object.keys(inputs).map(foldName)));
  return model.schema.features.map(({ name }) => name).filter((name) => !known.has(foldName(name)));
}
