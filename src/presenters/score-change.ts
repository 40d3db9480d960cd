/** What the difference between a score and the one before it comes from. */
import type { ColumnChange, ChangeSplit } from '../domain/scoring/change-split.ts';
import type { FeatureWords } from '../domain/scoring/feature-words.ts';
import type { CustomerScore } from '../domain/scoring/customer-record.ts';
import type { ScoreChange } from '../domain/scoring/score-change.ts';
import type { CellValue } from '../ml/data/values.ts';
import { barsOf } from './reason-bars.ts';
import type { ViewHelpers } from './view-helpers.ts';

/** Changed columns that have a bar of their own. */
const columnsShown = 8;

/** Undefined: the score is a what-if or has no customer ID. Null: it could not be computed in time. */
export type FoundChange = ScoreChange | null | undefined;

/** Null where there is nothing to compare with. */
export function presentScoreChange(
  h: ViewHelpers,
  change: FoundChange,
  score: CustomerScore,
  words: FeatureWords,
) {
  if (change === undefined) return null;
  if (change === null)
    return { ...empty, problem: 'It could not be computed in time. Reload the page to try again.' };
  const { earlier, split, problem } = change;
  if (earlier === null)
    return {
      ...empty,
      none: 'No earlier score of this customer is stored: there was none, or it was deleted.',
    };
  return {
    ...empty,
    earlier: { href: `/customers/${earlier.id}`, scored: h.dateTime(earlier.createdAt) },
    sentence: differenceWords(h, earlier.probability, score.probability),
    models: modelWords(earlier, score),
    problem,
    ...(split === null ? {} : presentSplit(h, split, words)),
  };
}

const empty = {
  none: null,
  earlier: null,
  sentence: '',
  models: '',
  problem: null,
  factors: [],
  columns: [],
  notShared: null,
};

function differenceWords(h: ViewHelpers, before: number, after: number): string {
  const [was, is] = [h.percent(before), h.percent(after)];
  return before === after ? `${is}, as before` : `from ${was} to ${is}: ${h.pointsBetween(before, after)}`;
}

function modelWords(earlier: CustomerScore, score: CustomerScore): string {
  return earlier.modelId !== null && earlier.modelId === score.modelId
    ? `The same model made both scores.`
    : `The earlier score is by model ${earlier.modelLabel}, this one by ${score.modelLabel}.`;
}

function presentSplit(h: ViewHelpers, split: ChangeSplit, words: FeatureWords) {
  const factors = [
    { label: 'Customer', points: split.customer },
    { label: 'Data quality', points: split.quality },
    { label: 'Model', points: split.model },
  ];
  const texts = h.parts(
    split.before,
    split.after,
    factors.map(({ points }) => points),
  );
  const columns = columnsOf(split.columns, words);
  const columnTexts = columns.map(({ points }) => h.points(points));
  return {
    factors: barsOf(factors, texts),
    columns: barsOf(columns, columnTexts),
    notShared: notSharedWords(split.notShared, words),
  };
}

function columnsOf(columns: readonly ColumnChange[], words: FeatureWords) {
  const shown = columns.slice(0, columnsShown).map((column) => ({
    label: columnWords(column, words),
    points: column.part,
  }));
  const others = columns.slice(columnsShown);
  if (others.length === 0) return shown;
  return [...shown, { label: 'All others', points: others.reduce((sum, { part }) => sum + part, 0) }];
}

function columnWords({ name, kind, before, after }: ColumnChange, words: FeatureWords): string {
  const value = (cell: CellValue): string => (cell === null ? 'blank' : words.value(name, cell));
  const text = `${words.title(name)}: ${value(before)} → ${value(after)}`;
  return kind === 'quality' ? `${text} (data quality)` : text;
}

function notSharedWords(names: readonly string[], words: FeatureWords): string | null {
  if (names.length === 0) return null;
  const list = names.map((name) => words.title(name)).join(', ');
  return `Only one of the models uses ${list}: they count as part of the model.`;
}
