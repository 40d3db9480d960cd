/** Activating a model: a preview of what would change, the activation, and going back to the model before. */
import { inTransaction } from '../../db.ts';
import type { Db } from '../../db.ts';
import { Conflict } from '../../errors.ts';
import { recordEvent } from '../../store/audit.ts';
import { insertActivation, listActivations } from '../../store/activations.ts';
import { activateModel, findActiveModel, findModel, getModel } from '../../store/models.ts';
import type { ModelRecord } from '../../store/models.ts';
import { listPromotionTests } from '../../store/promotion-tests.ts';
import { sampleLatestCustomers } from '../../store/score-files/samples.ts';
import type { LatestCustomer } from '../../store/score-files/samples.ts';
import type { ScoreStore } from '../../store/score-files/store.ts';
import { hasPredictions } from '../../store/score-files/usage.ts';
import { getSettings } from '../../store/settings.ts';
import type { User } from '../people/accounts.ts';
import { readModelFile, verifyModelFile } from './files.ts';
import { comparableCustomers } from '../analytics/population.ts';
import { areResultsOf, failuresOf, runPromotionTests, scoreInputs } from './promotion-tests.ts';
import type { TestResult } from './promotion-tests.ts';
import { riskLevelOf, riskLevels } from '../risk/levels.ts';
import type { RiskLevel, RiskThresholds } from '../risk/levels.ts';

export interface LevelMove {
  readonly from: RiskLevel;
  readonly to: RiskLevel;
  readonly customers: number;
  /** Sum of their monthly revenue. */
  readonly monthlyValue: number;
}

export interface LevelChange {
  /** The stored score that would change. */
  readonly predictionId: number;
  readonly customerId: string | null;
  readonly from: RiskLevel;
  readonly to: RiskLevel;
  readonly now: number;
  readonly then: number;
}

export interface Comparison {
  /** Customers who have all columns of the model, and how many of them were scored for the comparison. */
  readonly total: number;
  readonly tried: number;
  /** Those among them whom the model cannot score. */
  readonly refused: number;
  /** All nine pairs of levels, also those without customers. */
  readonly moves: readonly LevelMove[];
  /** The customers who would change level, those whose probability changes most first; 20 at most. */
  readonly changes: readonly LevelChange[];
  /** Σ probability × monthly revenue, with the stored scores and with the new ones. */
  readonly revenueAtRisk: { readonly now: number; readonly then: number };
}

export interface ActivationPreview {
  /** Null where no scored customer has all columns of the model. */
  readonly comparison: Comparison | null;
  /** True when customers have been scored, whatever their columns. */
  readonly hasScores: boolean;
  readonly tests: readonly TestResult[];
  /** Sent back to accept that these tests fail; null: none fails. */
  readonly failures: string | null;
}

/** The page waits while they are scored. */
const mostCustomers = 500;
const mostChanges = 20;

/**
 * What activating the model would change. Customers who lack one of its columns are not compared.
 * @throws AppError 409 when its file cannot be used.
 */
export async function previewActivation(
  store: ScoreStore,
  modelsDir: string,
  record: ModelRecord,
): Promise<ActivationPreview> {
  const { db } = store;
  const model = await readModelFile(modelsDir, record);
  const comparable = await comparableCustomers(db, model.schema);
  const { total, customers } = await sampleLatestCustomers(store, { ...comparable, most: mostCustomers });
  const tests = runPromotionTests(model, await listPromotionTests(db), customers);
  const tested = { tests, failures: failuresOf(tests) };
  if (total === 0) return { comparison: null, hasScores: await hasPredictions(db), ...tested };
  const scores = scoreInputs(
    model,
    customers.map(({ inputs }) => inputs),
  );
  return {
    comparison: {
      total,
      tried: customers.length,
      refused: scores.filter((score) => score === null).length,
      ...compare(customers, scores, await getSettings(db)),
    },
    hasScores: true,
    ...tested,
  };
}

/**
 * A second click finds the model active and changes nothing. `tests`: results of the promotion tests.
 * @throws Conflict when it is archived, its file is unusable, or the tests have changed since they were run
 */
export async function activate(
  db: Db,
  modelsDir: string,
  user: User,
  { id, tests }: { readonly id: number; readonly tests: readonly TestResult[] },
): Promise<void> {
  await verifyModelFile(modelsDir, await getModel(db, id));
  await inTransaction(db, async (trx) => {
    const record = await getModel(trx, id);
    if (record.state === 'archived')
      throw new Conflict('This model is archived. Restore it before you activate it.');
    if (!areResultsOf(tests, await listPromotionTests(trx)))
      throw new Conflict(
        'The promotion tests have changed since they were run. Open the page again to see the new results.',
      );
    await switchTo(trx, user, record, 'model.activated');
  });
}

/**
 * Undoes the newest activation. `expectedId`: the model that the page named, so that a second click does not undo the
 * first.
 * @throws Conflict when there is nothing to go back to, or another model than expected
 */
export async function rollBack(
  db: Db,
  modelsDir: string,
  user: User,
  expectedId: number,
): Promise<ModelRecord> {
  const expected = await findModel(db, expectedId);
  if (expected) await verifyModelFile(modelsDir, expected);
  return inTransaction(db, async (trx) => {
    if (expected && (await findActiveModel(trx))?.id === expectedId) return expected;
    const previous = await findRollbackTarget(trx);
    if (!previous) throw new Conflict('There is no earlier model to go back to.');
    if (previous.id !== expectedId)
      throw new Conflict(
        'Another model has been activated since this page was opened. Open the page again to see which model you would go back to.',
      );
    await switchTo(trx, user, previous, 'model.rolled-back');
    return previous;
  });
}

/** The model that a rollback would restore. */
export async function findRollbackTarget(db: Db): Promise<ModelRecord | undefined> {
  const [newest] = await listActivations(db, 1);
  const previous = newest?.previousModelId ?? null;
  const record = previous === null ? undefined : await findModel(db, previous);
  return record?.state === 'archived' ? undefined : record;
}

/** Call inside a transaction. */
async function switchTo(trx: Db, user: User, model: ModelRecord, action: string): Promise<void> {
  const previous = await findActiveModel(trx);
  if (previous?.id === model.id) return;
  await activateModel(trx, model.id);
  await insertActivation(trx, { modelId: model.id, previousModelId: previous?.id ?? null, userId: user.id });
  await recordEvent(trx, {
    userId: user.id,
    action,
    subject: model.label,
    before: { active: previous?.label ?? null },
    after: { active: model.label },
  });
}

function compare(
  customers: readonly LatestCustomer[],
  scores: readonly (number | null)[],
  thresholds: RiskThresholds,
): Pick<Comparison, 'moves' | 'changes' | 'revenueAtRisk'> {
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
        customerId,
        from: riskLevel,
        to: level,
        now: probability,
        then: score,
      });
    revenueAtRisk.now += probability * (monthlyValue ?? 0);
    revenueAtRisk.then += score * (monthlyValue ?? 0);
  });
  changes.sort((a, b) => Math.abs(b.then - b.now) - Math.abs(a.then - a.now));
  return { moves, changes: changes.slice(0, mostChanges), revenueAtRisk };
}
