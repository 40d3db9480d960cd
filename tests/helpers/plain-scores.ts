/** Score files of rows that a test writes as plain objects. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate, openDatabase } from '../../src/db.ts';
import type { CellValue } from '../../src/ml/data/values.ts';
import { MISSING } from '../../src/ml/data/table.ts';
import { encodeGroup, encodeHeader, textColumn } from '../../src/store/score-files/encoding.ts';
import { noReason, reasonsPerRow } from '../../src/store/score-files/group.ts';
import type {
  InputColumn,
  ScoredFeature,
  ScoreFileHeader,
  ScoreGroup,
} from '../../src/store/score-files/group.ts';
import { scoreFile } from '../../src/store/score-files/names.ts';
import type { ScoreStore } from '../../src/store/score-files/store.ts';
import { updateBatch } from '../../src/store/batches.ts';
import { createTestDatabase } from './database.ts';

/** A scored row; what is left out is unknown, empty or none. */
export interface PlainScore {
  readonly rowNumber: number;
  readonly customerId?: string | null;
  readonly probability: number;
  readonly monthlyValue?: number | null;
  readonly expectedSaving?: number | null;
  /** An action of the header. */
  readonly action?: string | null;
  readonly reasons?: readonly { readonly feature: string; readonly points: number }[];
  readonly isNoted?: boolean;
  readonly offset?: number;
  readonly length?: number;
  /** Dates as ISO text. */
  readonly inputs?: Readonly<Record<string, CellValue>>;
}

export function toGroup({ features, actions }: ScoreFileHeader, rows: readonly PlainScore[]): ScoreGroup {
  const orNaN = (value: number | null | undefined): number => value ?? NaN;
  const reason = (row: PlainScore, place: number) => row.reasons?.[place];
  const threeOf = <T>(pick: (row: PlainScore, place: number) => T): T[] =>
    rows.flatMap((row) => Array.from({ length: reasonsPerRow }, (_, place) => pick(row, place)));
  const featureOf = (row: PlainScore, place: number): number => {
    const found = features.findIndex(({ name }) => name === reason(row, place)?.feature);
    return found === -1 ? noReason : found;
  };
  return {
    rowCount: rows.length,
    rowNumbers: Uint32Array.from(rows, ({ rowNumber }) => rowNumber),
    offsets: Float64Array.from(rows, ({ offset = 0 }) => offset),
    lengths: Uint32Array.from(rows, ({ length = 0 }) => length),
    probability: Float64Array.from(rows, ({ probability }) => probability),
    monthlyValue: Float64Array.from(rows, ({ monthlyValue }) => orNaN(monthlyValue)),
    expectedSaving: Float64Array.from(rows, ({ expectedSaving }) => orNaN(expectedSaving)),
    actions: Uint16Array.from(rows, (row) => actions.findIndex(({ action }) => action === row.action) + 1),
    reasonFeatures: Uint16Array.from(threeOf(featureOf)),
    reasonPoints: Float32Array.from(threeOf((row, place) => reason(row, place)?.points ?? 0)),
    noted: Uint8Array.from(rows, ({ isNoted = false }) => Number(isNoted)),
    identifiers: textColumn(rows.map(({ customerId }) => customerId ?? '')),
    inputs: features.map((feature) =>
      toColumn(
        feature,
        rows.map(({ inputs }) => inputs?.[feature.name] ?? null),
      ),
    ),
  };
}

function toColumn({ type, levels }: ScoredFeature, values: readonly CellValue[]): InputColumn {
  if (type === 'date')
    return {
      kind: 'number',
      values: Float64Array.from(values, (value) =>
        value === null ? NaN : Date.parse(String(value)) / 86_400_000,
      ),
    };
  if (type === 'number')
    return {
      kind: 'number',
      values: Float64Array.from(values, (value) => (value === null ? NaN : Number(value))),
    };
  const texts = values.filter((value) => value !== null).map(String);
  const others = [...new Set(texts)].filter((text) => !levels.includes(text));
  const all = [...levels, ...others];
  return {
    kind: 'level',
    codes: Int32Array.from(values, (value) => (value === null ? MISSING : all.indexOf(String(value)))),
    others,
  };
}

/** Writes a batch's scores in groups of so many rows and stores with the batch that they count. */
export async function writeScores(
  { db, folder }: ScoreStore,
  batch: { readonly id: number; readonly file: string },
  header: ScoreFileHeader,
  rows: readonly PlainScore[],
  groupSize = 7,
): Promise<void> {
  const parts = [encodeHeader(header)];
  for (let from = 0; from < rows.length; from += groupSize)
    parts.push(encodeGroup(toGroup(header, rows.slice(from, from + groupSize))));
  const bytes = Buffer.concat(parts);
  writeFileSync(join(folder, scoreFile(batch.file)), bytes);
  await updateBatch(db, batch.id, { scoreRows: rows.length, scoreBytes: bytes.length });
}

let batches = 0;

/** A batch of that model without an upload: only its row in the database. */
export async function insertPlainBatch(
  { db }: ScoreStore,
  batch: { readonly modelId?: number | null; readonly isSample?: boolean; readonly createdAt?: string } = {},
): Promise<{ readonly id: number; readonly file: string }> {
  const file = `upload-${++batches}`;
  const [row] = await db('batches')
    .insert({
      model_id: batch.modelId ?? null,
      original_name: `${file}.csv`,
      file,
      byte_size: 1,
      sha256: '',
      format: '{}',
      header: '[]',
      state: 'done',
      is_sample: batch.isSample ?? false,
      created_at: batch.createdAt ?? '2026-11-20T12:00:00.000Z',
    })
    .returning<{ id: number }[]>('id');
  return { id: row!.id, file };
}

/** An empty database with its folder of uploads. */
export async function createScoreStore(): Promise<ScoreStore & { readonly close: () => Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-scores-'));
  const database = await createTestDatabase(folder);
  const db = openDatabase(database.url);
  await migrate(db);
  const close = async (): Promise<void> => {
    await db.destroy();
    await database.remove();
    rmSync(folder, { recursive: true, force: true });
  };
  return { db, folder, close };
}

/** A model as far as scores name it. */
export async function insertPlainModel({ db }: ScoreStore, name: string): Promise<number> {
  const [row] = await db('models')
    .insert({
      name,
      family: 'logistic',
      state: 'candidate',
      file: `${name}.json`,
      sha256: '',
      schema: '{}',
      threshold: 0.5,
      evaluation: '{}',
      importance: '[]',
      provenance: '{}',
      created_at: '2026-11-20T12:00:00.000Z',
    })
    .returning<{ id: number }[]>('id');
  return row!.id;
}
