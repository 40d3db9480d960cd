/** Customers who were scored one by one, by month, counted as the rows of a file are. */
import type { Db } from '../../db.ts';
import { isNumeric } from '../../ml/data/row-reader.ts';
import type { Feature } from '../../ml/data/schema.ts';
import { MISSING } from '../../ml/data/table.ts';
import { parseDate } from '../../ml/data/values.ts';
import type { CellValue } from '../../ml/data/values.ts';
import { createTally } from '../../ml/monitoring/tally.ts';
import type { CountedColumn } from '../../ml/monitoring/tally.ts';
import type { Model } from '../../ml/model/model.ts';
import { getModel } from '../../store/models.ts';
import { listSingleScores } from '../../store/single-scores.ts';
import type { SingleScore } from '../../store/single-scores.ts';
import { getSettings } from '../../store/settings.ts';
import { today } from '../campaigns/days.ts';
import { readModelFile } from '../models/files.ts';
import { fileFindings } from './findings.ts';
import type { FileFindings } from './findings.ts';
import { openFileTally } from './file-tally.ts';

export interface MonthOfScores {
  /** '2026-11', where the organisation is. */
  readonly month: string;
  readonly findings: FileFindings;
}

/** The newest; their inputs are read from the database one by one. */
const mostScores = 5_000;

/** Newest month first. None for models that do not say what they learned from. */
export async function readMonthsOfScores(
  db: Db,
  modelsDir: string,
  modelId: number,
): Promise<MonthOfScores[]> {
  const record = await getModel(db, modelId);
  const scores = await listSingleScores(db, modelId, mostScores);
  if (scores.length === 0) return [];
  const model = await readModelFile(modelsDir, record);
  const settings = await getSettings(db);
  const months = new Map<string, SingleScore[]>();
  for (const score of scores) {
    const month = today(settings.timeZone, new Date(score.createdAt)).slice(0, 7);
    months.set(month, [...(months.get(month) ?? []), score]);
  }
  return [...months].flatMap(([month, ofMonth]) => {
    const counts = countScores(model, ofMonth);
    return counts ? [{ month, findings: fileFindings(counts, { model: record, settings }) }] : [];
  });
}

function countScores(model: Model, scores: readonly SingleScore[]) {
  const file = openFileTally(model);
  if (file === null || model.reference === undefined) return null;
  const { features } = model.schema;
  const tally = createTally(
    model.reference,
    features.map(({ levels }) => levels),
  );
  file.add(
    tally({
      rowCount: scores.length,
      inputs: features.map((feature) => columnOf(feature, scores)),
      probability: Float64Array.from(scores, ({ probability }) => probability),
      monthlyValue: Float64Array.from(scores, ({ monthlyValue }) => monthlyValue),
      contributions: null,
    }),
  );
  return file.counts();
}

function columnOf(feature: Feature, scores: readonly SingleScore[]): CountedColumn {
  const cells = scores.map(({ inputs }) => inputs[feature.name] ?? null);
  if (isNumeric(feature)) return { kind: 'number', values: Float64Array.from(cells, numberOf) };
  const places = new Map(feature.levels.map((level, place) => [level, place]));
  const codeOf = (cell: CellValue): number =>
    cell === null ? MISSING : (places.get(String(cell)) ?? feature.levels.length);
  return { kind: 'level', codes: Int32Array.from(cells, codeOf) };
}

/** Dates are texts. */
function numberOf(cell: CellValue): number {
  if (typeof cell === 'number') return cell;
  return cell === null ? NaN : (parseDate(cell) ?? NaN);
}
