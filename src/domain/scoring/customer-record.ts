/**
 * Everything about one score. A score from the form is stored whole. Of a row of a batch only the strongest reasons and
 * the first action are stored: the model that scored it computes the rest again, from the row in the upload or, where
 * that is gone, from the stored inputs. It is shown only where it leads to the stored probability.
 */
import { join } from 'node:path';
import { AppError, NotFound } from '../../errors.ts';
import type { Model } from '../../ml/model/model.ts';
import type { DecimalSign } from '../../ml/data/values.ts';
import type { Db } from '../../db.ts';
import type { FrozenRules } from '../../store/batch-documents.ts';
import { getBatch } from '../../store/batches.ts';
import type { BatchRecord } from '../../store/batches.ts';
import { findModel } from '../../store/models.ts';
import { getPrediction } from '../../store/prediction-records.ts';
import { getInputs, placeOf } from '../../store/score-files/inputs.ts';
import type { InputValues } from '../../store/score-files/inputs.ts';
import { getPredictionRows } from '../../store/score-files/rows.ts';
import type { ListedPrediction } from '../../store/score-files/rows.ts';
import type { ScoreStore } from '../../store/score-files/store.ts';
import { openUploadRows } from '../batches/upload-rows.ts';
import { readModelFile } from '../models/files.ts';
import { breakEvenSaveRate, customerValue } from '../retention/expected-value.ts';
import type { RecommendedAction } from '../retention/matching.ts';
import type { HadAction } from '../retention/past/questions.ts';
import { hadIn } from '../retention/past/table.ts';
import { pastFor } from './context.ts';
import { cellsOf } from './customer-cells.ts';
import type { RawCustomer } from './customer-reading.ts';
import type { Reason } from './explanations.ts';
import { reasonsKept } from './record.ts';
import { createScorer, scoreCustomers } from './scoring.ts';
import type { ScoredCustomer, Scorer } from './scoring.ts';

/** A score with the customer's inputs. */
export interface CustomerScore extends ListedPrediction {
  readonly inputs: InputValues;
}

/** Its cost is not known where the rules of an old batch are gone. */
export type KnownAction = Omit<RecommendedAction, 'cost'> & { readonly cost: number | null };

export interface ScoreDetails {
  /** The probability that the reasons start from; null: not known. */
  readonly base: number | null;
  /** The strongest first. */
  readonly reasons: readonly Reason[];
  readonly actions: readonly KnownAction[];
  /** Of the rules that the actions are of; null: not known. */
  readonly rulesVersion: number | null;
  readonly notes: readonly string[];
  /** Why something is missing here, in words; null: nothing is. */
  readonly problem: string | null;
}

export interface CustomerRecord extends CustomerScore {
  /** All that is stored. Of a row of a batch the rest has to be computed: `computeDetails`. */
  readonly details: ScoreDetails;
}

/** Points are stored with the precision of float32. */
const pointsRounding = 1e-6;

/** Up to rounding: otherwise it is of another model or of other inputs. */
export function isSameProbability(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1e-9;
}

const storedOnly = 'Only its strongest reasons, its action and its inputs are shown, as they were stored.';
const inTime = `This score could not be computed again in time. ${storedOnly} Reload the page to try again.`;
const unusable = `This score cannot be computed again, because its model was removed or the file of the model is damaged. ${storedOnly}`;
const different = `This score cannot be computed again, because its model now gives another result. ${storedOnly}`;
const withoutUpload =
  'The uploaded file was removed or changed. Reasons and actions are computed from the stored inputs, and some notes may be missing.';

export async function findScore(store: ScoreStore, id: number): Promise<CustomerScore | undefined> {
  const [score] = await getPredictionRows(store, [id]);
  const [inputs] = await getInputs(store, [id]);
  return score && inputs && { ...score, inputs };
}

/** @throws NotFound */
export async function getCustomerRecord(store: ScoreStore, id: number): Promise<CustomerRecord> {
  const score = await findScore(store, id);
  if (!score) throw new NotFound('prediction');
  if (score.batchId === null) return { ...score, details: await wholeDetails(store, score) };
  const batch = await getBatch(store.db, score.batchId);
  return { ...score, details: storedDetails(batch, score, inTime) };
}

/** Reads the upload and the model, so call it in a task. */
export async function computeDetails(
  store: ScoreStore,
  modelsDir: string,
  score: CustomerScore,
): Promise<ScoreDetails> {
  if (score.batchId === null) return wholeDetails(store, score);
  const batch = await getBatch(store.db, score.batchId);
  const model = await modelOf(store, modelsDir, score);
  if (model === null || batch.rules === null) return storedDetails(batch, score, unusable);
  const scorer = createScorer(model, batch.rules);
  const had = await readHad(store.db, batch.rules, score);
  const uploaded = await rowOfUpload(store, batch, score);
  const fromUpload = uploaded && scoreAgain(scorer, { ...uploaded, had }, batch.format.decimal, score);
  if (fromUpload) return detailsFrom(fromUpload, null);
  const fromInputs = scoreAgain(scorer, { ...customerFrom(model, score), had }, '.', score);
  return fromInputs ? detailsFrom(fromInputs, withoutUpload) : storedDetails(batch, score, different);
}

/** What was done for the customer when the file was scored. */
async function readHad(db: Db, rules: FrozenRules, { customerId }: CustomerScore): Promise<HadAction> {
  return hadIn(await pastFor(db, rules, customerId ?? ''), customerId ?? '');
}

async function wholeDetails({ db }: ScoreStore, { id }: CustomerScore): Promise<ScoreDetails> {
  const { reasons, notes, actions, rulesVersion } = await getPrediction(db, id);
  return { base: reasons.base, reasons: reasons.strongest, actions, rulesVersion, notes, problem: null };
}

/** Null: it was removed, or its file is missing or damaged. */
export async function modelOf(
  { db }: ScoreStore,
  modelsDir: string,
  { modelId }: CustomerScore,
): Promise<Model | null> {
  const record = modelId === null ? undefined : await findModel(db, modelId);
  if (!record) return null;
  try {
    return await readModelFile(modelsDir, record);
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}

async function rowOfUpload(
  store: ScoreStore,
  batch: BatchRecord,
  { id, customerId }: CustomerScore,
): Promise<RawCustomer | null> {
  const place = await placeOf(store, id);
  await store.files?.bring(store.db, [join(store.folder, batch.file)]);
  const upload = openUploadRows(store.folder, batch);
  try {
    return (place && upload?.read({ ...place, customerId })) ?? null;
  } finally {
    upload?.close();
  }
}

/** As stored: before any policy, so that the policies of the model apply as they did. */
function customerFrom({ schema }: Model, { inputs, monthlyValue }: CustomerScore): RawCustomer {
  const cells = cellsOf(schema, inputs);
  return monthlyValue === null ? { cells } : { cells, value: String(monthlyValue) };
}

/** Null where it cannot be scored, or is scored otherwise than it was. */
function scoreAgain(
  scorer: Scorer,
  customer: RawCustomer,
  decimal: DecimalSign,
  score: CustomerScore,
): ScoredCustomer | null {
  const [result] = scoreCustomers(scorer, [customer], decimal);
  return result?.ok && isSameScore(result.customer, score) ? result.customer : null;
}

function isSameScore(customer: ScoredCustomer, { probability, reasons }: CustomerScore): boolean {
  const points = new Map(customer.reasons.map((reason) => [reason.feature, reason.points]));
  return (
    isSameProbability(customer.probability, probability) &&
    reasons.every((stored) => Math.abs(stored.points - (points.get(stored.feature) ?? NaN)) <= pointsRounding)
  );
}

function detailsFrom(
  { base, reasons, actions, rulesVersion, notes }: ScoredCustomer,
  problem: string | null,
): ScoreDetails {
  return { base, reasons: reasons.slice(0, reasonsKept), actions, rulesVersion, notes, problem };
}

function storedDetails({ rules }: BatchRecord, score: CustomerScore, problem: string): ScoreDetails {
  const actions = storedAction(rules, score);
  const rulesVersion = rules?.rulesVersion ?? null;
  return { base: null, reasons: score.reasons, actions, rulesVersion, notes: [], problem };
}

const goneRule = { id: 0, why: '', channel: '', message: '', cost: null };

/** With the words and the cost of its rule as it was. */
function storedAction(
  rules: BatchRecord['rules'],
  { recommendedAction: action, expectedSaving, probability, monthlyValue }: CustomerScore,
): KnownAction[] {
  if (action === null) return [];
  const rule = rules?.rules.find((one) => one.action === action);
  const { id: ruleId, why, channel, message, cost } = rule ?? goneRule;
  const value = rules === null || monthlyValue === null ? null : customerValue(monthlyValue, rules);
  const breakEven = value === null || cost === null ? null : breakEvenSaveRate(probability, value, cost);
  return [{ ruleId, action, why, channel, message, cost, expectedSaving, customerValue: value, breakEven }];
}
