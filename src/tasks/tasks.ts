/**
 * Work of one request that is too long for the web thread: a task runs in another thread with a read-only database
 * connection. Work that outlives the request is a job instead.
 */
import { basename, join } from 'node:path';
import type { Config } from '../config.ts';
import type { Db } from '../db.ts';
import { listFigures } from '../domain/analytics/analytics.ts';
import { sumDrivers } from '../domain/analytics/drivers.ts';
import { sumPair } from '../domain/analytics/pairs.ts';
import type { Axis } from '../domain/analytics/pairs.ts';
import type { FirstLine } from '../domain/csv/first-line.ts';
import { verifyAuditChain } from '../domain/audit/verification.ts';
import { readEvidence } from '../domain/campaigns/evidence-overview.ts';
import { findUnknown, listTreated } from '../domain/campaigns/members.ts';
import { listMissing, pageOfMissing } from '../domain/batches/missing-customers.ts';
import type { Asked as AskedMissing } from '../domain/batches/missing-customers.ts';
import { knownAmong } from '../domain/campaigns/known-customers.ts';
import { readOutcomeFile } from '../domain/campaigns/outcome-file.ts';
import { planCampaign } from '../domain/campaigns/plan.ts';
import { readRevenueChange } from '../domain/campaigns/revenue-change.ts';
import { readResults, stateOfResults } from '../domain/campaigns/results.ts';
import { readSavings } from '../domain/campaigns/savings-by-year.ts';
import { planCsv } from '../domain/plans/plan-csv.ts';
import { leavingCsv } from '../domain/datasets/leaving/customers-csv.ts';
import { purchasesCsv } from '../domain/datasets/purchases/customers-csv.ts';
import { collectCustomerData } from '../domain/customer-data/customer-data.ts';
import { takeInTable } from '../domain/datasets/import/convert.ts';
import type { ReadingChoice } from '../domain/csv/intake.ts';
import { customersCsv } from '../domain/scoring/customers-csv.ts';
import { computeDetails, findScore, getCustomerRecord } from '../domain/scoring/customer-record.ts';
import type { CustomerScore } from '../domain/scoring/customer-record.ts';
import { explainChange } from '../domain/scoring/score-change.ts';
import type { Feature, Schema } from '../ml/data/schema.ts';
import { previewActivation } from '../domain/models/activation.ts';
import { findAlternatives } from '../domain/scoring/alternatives.ts';
import { readLiveFiles } from '../domain/monitoring/live.ts';
import type { LiveRequest } from '../domain/monitoring/live.ts';
import { countStoredFile } from '../domain/monitoring/stored-file.ts';
import { readMonthsOfScores } from '../domain/monitoring/single-scores.ts';
import { inspectModelFile } from '../domain/models/registry.ts';
import { registeredModel } from '../domain/export/chosen-model.ts';
import { onnxExport } from '../domain/export/onnx/file.ts';
import { sqlExport } from '../domain/export/sql/script.ts';
import type { SqlRequest } from '../domain/export/sql/script.ts';
import { measureOutside } from '../domain/import/import.ts';
import type { OutsideImport } from '../domain/import/import.ts';
import type { Model } from '../ml/model/model.ts';
import { scoreGiven } from '../domain/scoring/given-customers.ts';
import type { GivenCustomer } from '../domain/scoring/given-customers.ts';
import { scoreForm } from '../domain/scoring/one-customer.ts';
import type { CustomerForm } from '../domain/scoring/one-customer.ts';
import { tryOnLastBatch } from '../domain/retention/batch-trial.ts';
import type { RuleDraft } from '../domain/retention/draft.ts';
import { tryDraft, tryRules } from '../domain/retention/rule-trial.ts';
import { sumColumns } from '../domain/segments/column-sums.ts';
import { countOutcomes } from '../domain/segments/outcomes.ts';
import { findPastCustomers } from '../domain/scoring/past-customers.ts';
import { baselineOf } from '../domain/scoring/what-if.ts';
import { getCampaign } from '../store/campaigns.ts';
import { getModel } from '../store/models.ts';
import type { PopulationFilter, PredictionFilter } from '../store/prediction-filters.ts';
import type { PredictionSort } from '../store/score-files/sort.ts';
import type { RiskThresholds } from '../store/risk-levels.ts';
import { sumActions } from '../store/score-files/action-totals.ts';
import { listRepairedScores } from '../store/score-files/damage.ts';
import { listHistory } from '../store/score-files/history.ts';
import { listPredictionIds, listPredictions, pageOfPredictions } from '../store/score-files/lists.ts';
import { readMovement } from '../store/score-files/movement.ts';
import { listSegmentsWith } from '../store/score-files/segment-tests.ts';
import { openScoreStore } from '../store/score-files/store.ts';
import type { ScoreStore } from '../store/score-files/store.ts';
import { countByThresholds, probabilityHistogram, sumPredictions } from '../store/score-files/totals.ts';
import type { Settings } from '../store/settings.ts';

/** What a task works with. */
export interface TaskEnv {
  /** Reads only: a write fails. */
  readonly db: Db;
  readonly config: Config;
}

/** Tasks in different lanes do not wait for each other: an upload of a gigabyte delays no page. */
export const lanes = {
  /** The data of a page. */
  page: { threads: 2, withinMs: 10_000, maxWaiting: 50 },
  /**
   * Computations with stored models. Only these threads keep the last models decoded. A form takes milliseconds, so many
   * can wait in line.
   */
  model: { threads: 2, withinMs: 20_000, maxWaiting: 500 },
  /** Parts of downloads: each takes its turn, and no page waits for one. */
  download: { threads: 1, withinMs: 60_000, maxWaiting: 50 },
  /** Work that grows with a file or with the number of customers. */
  long: { threads: 2, withinMs: 600_000, maxWaiting: 20 },
} as const;

interface Task<Args, Result> {
  readonly lane: keyof typeof lanes;
  readonly run: (env: TaskEnv, args: Args) => Promise<Result>;
}

function page<Args, Result>(run: Task<Args, Result>['run']): Task<Args, Result> {
  return { lane: 'page', run };
}

function model<Args, Result>(run: Task<Args, Result>['run']): Task<Args, Result> {
  return { lane: 'model', run };
}

function download<Args, Result>(run: Task<Args, Result>['run']): Task<Args, Result> {
  return { lane: 'download', run };
}

function long<Args, Result>(run: Task<Args, Result>['run']): Task<Args, Result> {
  return { lane: 'long', run };
}

function storeOf({ db, config }: TaskEnv): ScoreStore {
  return openScoreStore(db, config);
}

interface Filtered {
  readonly filter: PredictionFilter;
}

/** Arguments and results travel between threads: plain data, maps and typed arrays, no functions. */
export const tasks = {
  pageOfPredictions: page(
    (env, { filter, sort, page, size }: Filtered & { sort: PredictionSort; page: number; size: number }) =>
      pageOfPredictions(storeOf(env), filter, sort, { page, size }),
  ),
  listPredictions: page((env, { filter, sort, limit }: Filtered & { sort: PredictionSort; limit: number }) =>
    listPredictions(storeOf(env), filter, sort, { limit }),
  ),
  /** How a download begins: somebody waits for it, as for a page. */
  firstCustomersCsv: page(
    async (env, { filter, sort, limit }: Filtered & { sort: PredictionSort; limit: number }) => {
      const ids = await listPredictionIds(storeOf(env), filter, sort, limit);
      return { ids, lines: await customersCsv(storeOf(env), ids) };
    },
  ),
  listPredictionIds: download((env, { filter, sort }: Filtered & { sort: PredictionSort }) =>
    listPredictionIds(storeOf(env), filter, sort),
  ),
  customersCsv: download((env, { ids }: { ids: Float64Array }) => customersCsv(storeOf(env), ids)),
  sumPredictions: page((env, { filter }: Filtered) => sumPredictions(storeOf(env), filter)),
  probabilityHistogram: page((env, { filter, bins }: Filtered & { bins: number }) =>
    probabilityHistogram(storeOf(env), filter, bins),
  ),
  countByThresholds: page(
    (env, { thresholds, population }: { thresholds: RiskThresholds; population: PopulationFilter }) =>
      countByThresholds(storeOf(env), thresholds, population),
  ),
  listFigures: page((env, { filter, schema }: Filtered & { schema: Schema }) =>
    listFigures(storeOf(env), schema, filter),
  ),
  sumPair: page((env, { filter, axes }: Filtered & { axes: readonly [Axis, Axis] }) =>
    sumPair(storeOf(env), filter, axes),
  ),
  sumDrivers: page((env, { filter, axis }: Filtered & { axis: Axis | null }) =>
    sumDrivers(storeOf(env), filter, axis),
  ),
  sumColumns: page((env, { filter, features }: Filtered & { features: readonly Feature[] }) =>
    sumColumns(storeOf(env), features, filter),
  ),
  /** How customers moved between two files. */
  readMovement: page((env, { filter, earlierId }: Filtered & { earlierId: number }) =>
    readMovement(storeOf(env), filter, earlierId),
  ),
  sumActions: page((env, { filter }: Filtered) => sumActions(storeOf(env), filter)),
  countOutcomes: page((env, { filter }: Filtered) => countOutcomes(storeOf(env), filter)),
  /** A score with the customer's inputs; null where there is none. */
  findScore: page(async (env, { id }: { id: number }) => (await findScore(storeOf(env), id)) ?? null),
  /** The segments that a score is in. */
  listSegmentsWith: page((env, { score }: { score: CustomerScore }) => listSegmentsWith(storeOf(env), score)),
  getCustomerRecord: page((env, { id }: { id: number }) => getCustomerRecord(storeOf(env), id)),
  listHistory: page((env, { customerId, limit }: { customerId: string; limit: number }) =>
    listHistory(storeOf(env), customerId, limit),
  ),
  planCampaign: page(async (env, { id }: { id: number }) =>
    planCampaign(storeOf(env), await getCampaign(env.db, id)),
  ),
  stateOfCampaignResults: page(async ({ db }, { id }: { id: number }) =>
    stateOfResults(db, await getCampaign(db, id)),
  ),
  readCampaignResults: page(async ({ db }, { id }: { id: number }) =>
    readResults(db, await getCampaign(db, id)),
  ),
  readRevenueChange: page(async (env, { id }: { id: number }) =>
    readRevenueChange(storeOf(env), await getCampaign(env.db, id)),
  ),
  readEvidence: page(({ db }: TaskEnv) => readEvidence(db)),
  listTreatedMembers: page(({ db }, { id }: { id: number }) => listTreated(db, id)),
  listUnknownMembers: page(async ({ db }, { id }: { id: number }) =>
    findUnknown(db, await getCampaign(db, id)),
  ),
  planCsv: download(({ db }, part: { id: number; from: number }) => planCsv(db, part)),
  /** What became of the customers whom a model scored. */
  readLiveFiles: long((env, request: LiveRequest) => readLiveFiles(storeOf(env), request)),
  /** Of all customers of a dataset who are still there. */
  leavingCsv: long(({ db, config }, { id }: { id: number }) => leavingCsv(db, config, id)),
  /** Of all customers of a dataset of transactions. */
  purchasesCsv: long(({ db, config }, { id }: { id: number }) => purchasesCsv(db, config, id)),
  collectCustomerData: long((env, { customerId }: { customerId: string }) =>
    collectCustomerData(env, customerId),
  ),
  verifyAuditChain: long(({ db }: TaskEnv) => verifyAuditChain(db)),
  readSavings: long((env) => readSavings(storeOf(env))),
  readOutcomeFile: long(async (env, { path, ...days }: { path: string; day: string; latest: string }) => {
    await takeInTable(path, undefined, 'names');
    return readOutcomeFile(storeOf(env), path, days);
  }),
  listMissing: page((env, asked: AskedMissing) => listMissing(storeOf(env), asked)),
  pageOfMissing: page((env, asked: AskedMissing & { page: number; size: number }) =>
    pageOfMissing(storeOf(env), asked),
  ),
  /** Those of these customers who have no score, and are in no campaign. */
  unknownCustomers: page(async (env, { customerIds }: { customerIds: readonly string[] }) => {
    const known = await knownAmong(storeOf(env), new Set(customerIds));
    return customerIds.filter((id) => !known.has(id));
  }),
  /** Noted batches whose scores can be read again. */
  listRepairedScores: long((env) => listRepairedScores(storeOf(env))),
  /** Reads an uploaded table, and replaces it by its CSV form. */
  takeInTable: long(
    (
      _env,
      { path, firstLine, choice }: { path: string; firstLine?: FirstLine | null; choice?: ReadingChoice },
    ) => takeInTable(path, undefined, firstLine ?? null, choice),
  ),
  /** The contents of an uploaded model file. */
  inspectModelFile: page(({ config }, args: { file: string }) => inspectModelFile(config, args.file)),
  /** A model of another program, measured on a dataset. */
  measureOutside: long(
    ({ db, config }, { file, ...choice }: { file: string } & OutsideImport): Promise<Model> =>
      measureOutside(db, config.dataDir, join(config.uploadsDir, basename(file)), choice),
  ),
  /** What activating a model would change, its promotion tests included. */
  previewActivation: model(async (env, args: { modelId: number }) =>
    previewActivation(storeOf(env), env.config.modelsDir, await getModel(env.db, args.modelId)),
  ),
  onnxExport: model(async ({ db, config }, { modelId }: { modelId: number }) =>
    onnxExport(await registeredModel(db, config.modelsDir, modelId)),
  ),
  sqlExport: model(async ({ db, config }, { modelId, ...request }: { modelId: number } & SqlRequest) =>
    sqlExport({ ...(await registeredModel(db, config.modelsDir, modelId)), ...request }),
  ),
  /** What is not stored of a score of a batch: all reasons, actions and notes. */
  computeDetails: model((env, { score }: { score: CustomerScore }) =>
    computeDetails(storeOf(env), env.config.modelsDir, score),
  ),
  /** What the difference to the customer's earlier score comes from. */
  explainChange: model((env, { score }: { score: CustomerScore }) =>
    explainChange(storeOf(env), env.config.modelsDir, score),
  ),
  /** Customers who were scored one by one, against what the model learned from. */
  readMonthsOfScores: model(({ db, config }, { modelId }: { modelId: number }) =>
    readMonthsOfScores(db, config.modelsDir, modelId),
  ),
  /** A file that was scored before files were counted. */
  countStoredFile: model((env, { batchId }: { batchId: number }) =>
    countStoredFile(storeOf(env), env.config, batchId),
  ),
  scoreForm: model((env, form: CustomerForm) => scoreForm(storeOf(env), env.config.modelsDir, form)),
  /** Customers that another program sends. */
  scoreGiven: model((env, request: { modelId: number | null; customers: readonly GivenCustomer[] }) =>
    scoreGiven(storeOf(env), env.config.modelsDir, request),
  ),
  findAlternatives: model(
    ({ db, config }, { prediction, settings }: { prediction: CustomerScore; settings: Settings }) =>
      findAlternatives(db, config.modelsDir, prediction, settings),
  ),
  /** How many of the most similar customers of the model's dataset left. */
  findPastCustomers: model(({ db, config }, { prediction }: { prediction: CustomerScore }) =>
    findPastCustomers(db, config, prediction),
  ),
  /** The score that a what-if is compared with. */
  baselineOf: model(
    ({ db, config }, { whatIf, original }: { whatIf: CustomerScore; original: CustomerScore }) =>
      baselineOf(db, config.modelsDir, whatIf, original),
  ),
  /** What a rule would do for one customer. */
  tryDraft: model(({ db, config }, { prediction, draft }: { prediction: CustomerScore; draft: RuleDraft }) =>
    tryDraft({ db, modelsDir: config.modelsDir }, prediction, draft),
  ),
  /** What it would change for the customers of the last file. */
  tryOnLastBatch: long((env, { draft }: { draft: RuleDraft }) =>
    tryOnLastBatch(storeOf(env), env.config.modelsDir, draft),
  ),
  tryRules: model(({ db, config }, { prediction }: { prediction: CustomerScore }) =>
    tryRules(db, config.modelsDir, prediction),
  ),
};

export type TaskName = keyof typeof tasks;
export type TaskArgs<N extends TaskName> = Parameters<(typeof tasks)[N]['run']>[1];
export type TaskResult<N extends TaskName> = Awaited<ReturnType<(typeof tasks)[N]['run']>>;

/** Runs tasks for the rest of the program. */
export interface Tasks {
  /**
   * @throws AppError what the task throws; Unavailable if it takes too long, or too many tasks are waiting
   */
  run<N extends TaskName>(name: N, args: TaskArgs<N>): Promise<TaskResult<N>>;
}
