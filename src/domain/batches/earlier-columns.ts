/** Scores of earlier versions, which were one object a row, as the columns of a score file. */
import { isNumeric } from '../../ml/data/row-reader.ts';
import { MISSING } from '../../ml/data/table.ts';
import { parseDate } from '../../ml/data/values.ts';
import type { CellValue } from '../../ml/data/values.ts';
import type { EarlierAction, EarlierScore } from '../../store/earlier-scores.ts';
import { textColumn } from '../../store/score-files/encoding.ts';
import { noReason, reasonsPerRow } from '../../store/score-files/group.ts';
import type {
  InputColumn,
  ScoredFeature,
  ScoreFileHeader,
  ScoreGroup,
} from '../../store/score-files/group.ts';
import type { RecordSpot } from './record-finder.ts';

export interface ColumnsBuilder {
  /** Rows since the last group was taken. */
  readonly rowCount: number;
  add(score: EarlierScore, spot: RecordSpot): void;
  take(): ScoreGroup;
}

export function createColumnsBuilder({ features, actions }: ScoreFileHeader): ColumnsBuilder {
  const actionCodes = new Map(actions.map((action, i) => [keyOf(action), i + 1]));
  const featurePlaces = new Map(features.map(({ name }, place) => [name, place]));
  let scores: EarlierScore[] = [];
  let spots: RecordSpot[] = [];
  return {
    get rowCount() {
      return scores.length;
    },
    add: (score, spot) => {
      scores.push(score);
      spots.push(spot);
    },
    take: () => {
      const group: ScoreGroup = {
        rowCount: scores.length,
        rowNumbers: Uint32Array.from(scores, ({ rowNumber }) => rowNumber ?? 0),
        offsets: Float64Array.from(spots, ({ offset }) => offset),
        lengths: Uint32Array.from(spots, ({ length }) => length),
        probability: Float64Array.from(scores, ({ probability }) => probability),
        monthlyValue: Float64Array.from(scores, ({ monthlyValue }) => monthlyValue ?? NaN),
        expectedSaving: Float64Array.from(scores, ({ expectedSaving }) => expectedSaving ?? NaN),
        actions: Uint16Array.from(scores, ({ action }) =>
          action === null ? 0 : (actionCodes.get(keyOf(action)) ?? 0),
        ),
        ...reasonColumns(scores, featurePlaces),
        noted: Uint8Array.from(scores, ({ isNoted }) => Number(isNoted)),
        identifiers: textColumn(scores.map(({ customerId }) => customerId ?? '')),
        inputs: features.map((feature) =>
          inputColumn(
            feature,
            scores.map(({ inputs }) => inputs[feature.name] ?? null),
          ),
        ),
      };
      scores = [];
      spots = [];
      return group;
    },
  };
}

/** Rules may have been renamed while the batch was scored. */
export function keyOf({ ruleId, action }: EarlierAction): string {
  return `${ruleId} ${action}`;
}

function reasonColumns(
  scores: readonly EarlierScore[],
  featurePlaces: ReadonlyMap<string, number>,
): Pick<ScoreGroup, 'reasonFeatures' | 'reasonPoints'> {
  const reasonFeatures = new Uint16Array(scores.length * reasonsPerRow).fill(noReason);
  const reasonPoints = new Float32Array(scores.length * reasonsPerRow);
  scores.forEach(({ reasons }, row) => {
    reasons.slice(0, reasonsPerRow).forEach(({ feature, points }, k) => {
      reasonFeatures[row * reasonsPerRow + k] = featurePlaces.get(feature) ?? noReason;
      reasonPoints[row * reasonsPerRow + k] = points;
    });
  });
  return { reasonFeatures, reasonPoints };
}

function inputColumn(feature: ScoredFeature, values: readonly CellValue[]): InputColumn {
  return isNumeric(feature)
    ? { kind: 'number', values: Float64Array.from(values, numberOf) }
    : levelColumn(feature.levels, values);
}

/** Numbers and dates that could be read were stored as such. */
function numberOf(value: CellValue): number {
  return typeof value === 'number' ? value : ((value === null ? null : parseDate(value)) ?? NaN);
}

function levelColumn(levels: readonly string[], values: readonly CellValue[]): InputColumn {
  const codeOf = new Map(levels.map((level, code) => [level, code]));
  const others: string[] = [];
  const codes = Int32Array.from(values, (value) => {
    if (value === null) return MISSING;
    const text = String(value);
    const known = codeOf.get(text);
    if (known !== undefined) return known;
    const code = levels.length + others.length;
    codeOf.set(text, code);
    others.push(text);
    return code;
  });
  return { kind: 'level', codes, others };
}
