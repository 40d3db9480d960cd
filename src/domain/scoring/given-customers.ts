/** Customers that another program sends: each is scored as a row of a file would be, and stored as a single score. */
import { createHash } from 'node:crypto';
import { isoTimeOf } from '../../db/clock.ts';
import { AppError } from '../../errors.ts';
import { inSharedTransaction } from '../../shared-transactions.ts';
import type { Feature, Schema } from '../../ml/data/schema.ts';
import type { CellProblem } from '../../ml/data/row-reader.ts';
import type { CellValue } from '../../ml/data/values.ts';
import { findActiveModel, getModel } from '../../store/models.ts';
import type { ModelRecord } from '../../store/models.ts';
import { insertPrediction } from '../../store/prediction-writes.ts';
import { findPrevious } from '../../store/score-files/previous-score.ts';
import type { PreviousScore } from '../../store/score-files/previous-score.ts';
import type { ScoreStore } from '../../store/score-files/store.ts';
import { foldName } from '../csv/column-names.ts';
import { readModelFile } from '../models/files.ts';
import type { User } from '../people/accounts.ts';
import { hadIn } from '../retention/past/table.ts';
import { currentScoringRules, pastFor } from './context.ts';
import type { RawCustomer } from './customer-reading.ts';
import { toStored } from './record.ts';
import { createScorer, scoreCustomers } from './scoring.ts';
import type { ScoredCustomer, ScoreResult } from './scoring.ts';

export interface GivenCustomer {
  readonly customerId: string | null;
  /** null: not known, or a column of the model says it. */
  readonly monthlyValue: number | null;
  /** By the names of columns; null: not known. */
  readonly inputs: Readonly<Record<string, CellValue>>;
}

export interface GivenProblem {
  /** The column that it is about; null: the monthly revenue. */
  readonly column: string | null;
  readonly message: string;
}

export type GivenScore =
  | { readonly ok: true; readonly customer: ScoredCustomer; readonly previous: PreviousScore | null }
  | { readonly ok: false; readonly problems: readonly GivenProblem[] };

export interface GivenScores {
  readonly model: Pick<ModelRecord, 'id' | 'label'> & { readonly schemaHash: string };
  /** In the order of the customers. */
  readonly scores: readonly GivenScore[];
  /** Columns that were sent and that the model does not use. */
  readonly unusedColumns: readonly string[];
}

interface GivenRequest {
  /** null: the active one. */
  readonly modelId: number | null;
  readonly customers: readonly GivenCustomer[];
}

/** Reads the model and looks for the customers' scores so far, so call it in a task. @throws AppError */
export async function scoreGiven(
  store: ScoreStore,
  modelsDir: string,
  { modelId, customers }: GivenRequest,
): Promise<GivenScores> {
  const { db } = store;
  const record = modelId === null ? await activeModel(store) : await getModel(db, modelId);
  const model = await readModelFile(modelsDir, record);
  const rules = await currentScoringRules(db, record);
  const scorer = createScorer(model, rules, customers.length);
  const read = customers.map((customer) => readColumns(model.schema, customer));
  const raw: RawCustomer[] = [];
  for (const [i, { cells }] of read.entries()) {
    const { customerId, monthlyValue } = customers[i]!;
    const had = hadIn(await pastFor(db, rules, customerId ?? ''), customerId ?? '');
    raw.push({ cells, had, ...(monthlyValue !== null && { value: String(monthlyValue) }) });
  }
  const results = scoreCustomers(scorer, raw, '.');
  const scores: GivenScore[] = [];
  for (const [i, result] of results.entries())
    scores.push(await toGivenScore(store, customers[i]!, read[i]!.problems, result));
  return {
    model: { id: record.id, label: record.label, schemaHash: schemaHash(model.schema) },
    scores,
    unusedColumns: [...new Set(read.flatMap(({ unused }) => unused))],
  };
}

/** The customers that could be scored, in one transaction. Gives the numbers of their scores, in the order of `scores`. */
export async function storeGiven(
  { db, folder }: ScoreStore,
  user: User,
  customers: readonly GivenCustomer[],
  { model, scores }: GivenScores,
): Promise<(number | null)[]> {
  const createdAt = await isoTimeOf(db);
  const origin = { batchId: null, rowNumber: null, modelId: model.id, isSample: false, createdBy: user.id };
  return inSharedTransaction(db, async (trx) => {
    const ids: (number | null)[] = [];
    for (const [i, score] of scores.entries()) {
      const { customerId } = customers[i]!;
      const stored = score.ok
        ? toStored(score.customer, { ...origin, source: 'api', customerId, createdAt })
        : null;
      const previous = score.ok ? score.previous : null;
      ids.push(stored && (await insertPrediction({ db: trx, folder }, stored, previous)));
    }
    return ids;
  });
}

/** Another one means that the model takes other columns, or other values of them. */
export function schemaHash(schema: Schema): string {
  return createHash('sha256').update(JSON.stringify(schema)).digest('hex');
}

async function activeModel({ db }: ScoreStore): Promise<ModelRecord> {
  const model = await findActiveModel(db);
  if (!model) throw new AppError(409, 'no-active-model', 'No model is active. Activate one, or name one.');
  return model;
}

interface ReadColumns {
  /** One a feature, in the schema's order. */
  readonly cells: readonly (CellValue | undefined)[];
  readonly problems: readonly GivenProblem[];
  readonly unused: readonly string[];
}

/** Names are compared as in files. A column that is not there at all is more likely misspelled than not known. */
function readColumns({ features, value }: Schema, { inputs, monthlyValue }: GivenCustomer): ReadColumns {
  const given = new Map<string, string>();
  const problems: GivenProblem[] = [];
  for (const name of Object.keys(inputs)) {
    const other = given.get(foldName(name));
    if (other === undefined) given.set(foldName(name), name);
    else
      problems.push({ column: name, message: `${name} is the same column as ${other}. Send one of them.` });
  }
  const names = features.map(({ name }) => given.get(foldName(name)));
  problems.push(...features.filter((_, j) => names[j] === undefined).map(missingColumn));
  const isFeature = features.some(({ name }) => foldName(name) === foldName(value ?? ''));
  if (isFeature && monthlyValue !== null)
    problems.push({ column: null, message: `This model reads it from the column ${value!}. Leave it out.` });
  const used = new Set(features.map(({ name }) => foldName(name)));
  return {
    cells: names.map((name) => (name === undefined ? undefined : inputs[name])),
    problems,
    unused: [...given].filter(([folded]) => !used.has(folded)).map(([, name]) => name),
  };
}

function missingColumn({ name }: Feature): GivenProblem {
  return { column: name, message: `${name} is missing. Send null where it is not known.` };
}

async function toGivenScore(
  store: ScoreStore,
  { customerId, inputs }: GivenCustomer,
  problems: readonly GivenProblem[],
  result: ScoreResult,
): Promise<GivenScore> {
  const all = [
    ...problems,
    ...(result.ok ? [] : result.problems.map((problem) => toProblem(inputs, problem))),
  ];
  if (!result.ok || all.length > 0) return { ok: false, problems: all };
  const previous = customerId === null ? null : await findPrevious(store, customerId);
  return { ok: true, customer: result.customer, previous };
}

/** The column as it was sent. */
function toProblem(inputs: GivenCustomer['inputs'], { column, found, expected }: CellProblem): GivenProblem {
  const sent = Object.keys(inputs).find((name) => foldName(name) === foldName(column)) ?? null;
  return { column: sent, message: `${column}: found '${found.slice(0, 60)}', expected ${expected}.` };
}
