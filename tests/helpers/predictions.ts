/** Scores of generated customers, stored without scoring them: quickly, and as many as a test wants. */
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inTransaction } from '../../src/db.ts';
import type { Db } from '../../src/db.ts';
import { generateCustomers } from '../../src/domain/sample/generator.ts';
import type { Schema } from '../../src/ml/data/schema.ts';
import { MISSING } from '../../src/ml/data/table.ts';
import { addToBatch, getBatch, insertBatch, updateBatch } from '../../src/store/batches.ts';
import { getModel } from '../../src/store/models.ts';
import type { NewPrediction } from '../../src/store/prediction-writes.ts';
import { encodeGroup, encodeHeader, textColumn } from '../../src/store/score-files/encoding.ts';
import { noReason, reasonsPerRow } from '../../src/store/score-files/group.ts';
import type { InputColumn, ScoreGroup } from '../../src/store/score-files/group.ts';
import { scoreFile } from '../../src/store/score-files/names.ts';
import type { TestApp } from './app.ts';
import { commaFormat } from './csv-format.ts';

export interface StoredScore {
  readonly probability: number;
  readonly riskLevel: 'low' | 'medium' | 'high';
  readonly monthlyValue: number;
  readonly inputs: Readonly<Record<string, string | number | null>>;
}

/** Where scores come from, and the number of the first customer. */
interface Origin {
  readonly batchId?: number | null;
  readonly from?: number;
}

const createdAt = '2026-11-20T12:00:00.000Z';
/** Of the reasons that every score has. */
const points = 0.031;

/**
 * Scores of single customers, or of a batch of `storeBatch`. Probabilities go round in steps that no power of two
 * shares, so that every n-th customer is not typical.
 */
export async function storeScores(
  { context }: Pick<TestApp, 'context'>,
  { id: modelId, schema }: { readonly id: number; readonly schema: Schema },
  count: number,
  { batchId = null, from = 0 }: Origin = {},
): Promise<StoredScore[]> {
  const scores = [...generateCustomers(count, 3 + from)].map((customer, i): StoredScore => {
    const more = customer.Contract === 'Month-to-month' ? 0.45 : customer.Contract === 'One year' ? 0.2 : 0;
    const probability = more + ((i * 617) % 1009) / 2018;
    const riskLevel = probability >= 0.6 ? 'high' : probability >= 0.3 ? 'medium' : 'low';
    const inputs = schema.features.map(({ name, type }) => {
      const text = i % 97 === 0 ? '' : customer[name as keyof typeof customer];
      return [name, text === '' ? null : type === 'number' ? Number(text) : text] as const;
    });
    return { probability, riskLevel, monthlyValue: 20 + (i % 90), inputs: Object.fromEntries(inputs) };
  });
  await inTransaction(context.db, async (trx) => {
    if (batchId !== null)
      return appendToBatch(trx, context.config.uploadsDir, { batchId, from, scores, schema });
    await insertRows(
      trx,
      scores.map((score, i) => toRow(score, modelId, from + i)),
    );
  });
  return scores;
}

/** Rows of `predictions` as they are given; each is the latest score of its customer unless it is a what-if. */
export async function insertRows(trx: Db, rows: readonly NewPrediction[]): Promise<void> {
  const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const columns = rows.map((row) => {
    const named = Object.entries(row).map(([name, value]) => [snake(name), value as unknown]);
    return { ...(Object.fromEntries(named) as object), is_latest: row.source !== 'what-if' };
  });
  await trx.batchInsert('predictions', columns, 50);
}

let batches = 0;

/** A batch of `count` rows that is done, without its upload; its score file is empty until `storeScores`. */
export async function storeBatch(
  { context: { db, config } }: Pick<TestApp, 'context'>,
  modelId: number,
  count: number,
): Promise<number> {
  const { schema, label } = await getModel(db, modelId);
  const file = `customers-${++batches}`;
  const bytes = encodeHeader({ features: schema.features, actions: [] });
  writeFileSync(join(config.uploadsDir, scoreFile(file)), bytes);
  const id = await insertBatch(db, {
    userId: null,
    originalName: 'customers.csv',
    file,
    byteSize: 1,
    sha256: '',
    format: commaFormat,
    header: [],
    rowCount: count,
    isSample: false,
  });
  await updateBatch(db, id, {
    modelId,
    modelLabel: label,
    state: 'done',
    scoreBytes: bytes.length,
    scoresAt: createdAt,
    finishedAt: createdAt,
  });
  return id;
}

interface Appended {
  readonly batchId: number;
  readonly from: number;
  readonly scores: readonly StoredScore[];
  readonly schema: Schema;
}

/** One group; every row is its customer's latest score. */
async function appendToBatch(trx: Db, uploadsDir: string, appended: Appended): Promise<void> {
  const { batchId, scores } = appended;
  const { file, scoreRows, scoreBytes, latestCount } = await getBatch(trx, batchId);
  const bytes = encodeGroup(toGroup(appended));
  appendFileSync(join(uploadsDir, scoreFile(file)), bytes);
  await addToBatch(trx, batchId, {
    scoredCount: scores.length,
    rejectedCount: 0,
    notedCount: 0,
    lowCount: scores.filter(({ riskLevel }) => riskLevel === 'low').length,
    mediumCount: scores.filter(({ riskLevel }) => riskLevel === 'medium').length,
    highCount: scores.filter(({ riskLevel }) => riskLevel === 'high').length,
  });
  await updateBatch(trx, batchId, {
    scoreRows: scoreRows + scores.length,
    scoreBytes: scoreBytes + bytes.length,
    latestCount: latestCount + scores.length,
  });
  await markLatest(trx, batchId, scoreRows, scores.length);
}

const rowsPerChunk = 65_536;

/** Sets the bits of `count` rows from `first` on. */
async function markLatest(trx: Db, batchId: number, first: number, count: number): Promise<void> {
  for (let chunk = Math.floor(first / rowsPerChunk); chunk * rowsPerChunk < first + count; chunk++) {
    const known = await trx<{ bits: Buffer; batch_id: number; chunk: number }>('latest_rows')
      .where({ batch_id: batchId, chunk })
      .first('bits');
    const bits = known?.bits ?? Buffer.alloc(rowsPerChunk / 8);
    const start = chunk * rowsPerChunk;
    for (let row = Math.max(first, start); row < Math.min(first + count, start + rowsPerChunk); row++)
      bits[(row - start) >> 3]! |= 1 << ((row - start) % 8);
    await trx('latest_rows')
      .insert({ batch_id: batchId, chunk, bits })
      .onConflict(['batch_id', 'chunk'])
      .merge();
  }
}

function toGroup({ from, scores, schema }: Appended): ScoreGroup {
  const rowCount = scores.length;
  const reasons = Array.from({ length: rowCount * reasonsPerRow }, (_, i) => i % reasonsPerRow);
  return {
    rowCount,
    rowNumbers: Uint32Array.from(scores, (_, i) => from + i + 2),
    offsets: new Float64Array(rowCount),
    lengths: new Uint32Array(rowCount),
    probability: Float64Array.from(scores, ({ probability }) => probability),
    monthlyValue: Float64Array.from(scores, ({ monthlyValue }) => monthlyValue),
    expectedSaving: new Float64Array(rowCount).fill(NaN),
    actions: new Uint16Array(rowCount),
    reasonFeatures: Uint16Array.from(reasons, (j) => (j < schema.features.length ? j : noReason)),
    reasonPoints: new Float32Array(reasons.length).fill(points),
    noted: new Uint8Array(rowCount),
    identifiers: textColumn(scores.map((_, i) => customerOf(from + i))),
    inputs: schema.features.map((feature) => toColumn(feature, scores)),
  };
}

function toColumn(
  { name, type, levels }: Schema['features'][number],
  scores: readonly StoredScore[],
): InputColumn {
  const values = scores.map(({ inputs }) => inputs[name] ?? null);
  if (type === 'number')
    return {
      kind: 'number',
      values: Float64Array.from(values, (value) => (value === null ? NaN : Number(value))),
    };
  const others = [
    ...new Set(values.filter((value) => value !== null && !levels.includes(String(value)))),
  ].map(String);
  const known = new Map([...levels, ...others].map((level, code) => [level, code]));
  const codes = Int32Array.from(values, (value) => (value === null ? MISSING : known.get(String(value))!));
  return { kind: 'level', codes, others };
}

function customerOf(number: number): string {
  return `C-${String(number).padStart(7, '0')}`;
}

function toRow(score: StoredScore, modelId: number, number: number): NewPrediction {
  const reasons = Object.entries(score.inputs).map(([feature, value]) => ({ feature, value, points }));
  return {
    batchId: null,
    rowNumber: null,
    modelId,
    customerId: customerOf(number),
    source: 'form',
    probability: score.probability,
    riskLevel: score.riskLevel,
    monthlyValue: score.monthlyValue,
    reasons: JSON.stringify({ base: 0.3, strongest: reasons.slice(0, 8) }),
    actions: '[]',
    notes: '[]',
    recommendedAction: null,
    expectedSaving: null,
    isSample: false,
    createdBy: null,
    inputs: JSON.stringify(score.inputs),
    createdAt,
  };
}
