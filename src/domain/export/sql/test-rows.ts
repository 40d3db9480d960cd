/** Twenty customers and the scores that Holdfast gives them: what a file of SQL tests itself with. */
import { defaultSettings } from '../../../store/settings.ts';
import { isNumeric, written } from '../../../ml/data/row-reader.ts';
import type { Feature } from '../../../ml/data/schema.ts';
import { createRandom, type Random } from '../../../ml/math/random.ts';
import type { Model } from '../../../ml/model/model.ts';
import { createScorer, scoreCustomers } from '../../scoring/scoring.ts';

export interface TestRow {
  /** One a feature; null: not given. */
  readonly cells: readonly (string | null)[];
  readonly probability: number;
}

const wanted = 20;
/** A policy may refuse many rows. */
const mostDrawn = 2_000;

/** The first has the usual value in every column; the others are drawn, some cells blank, unseen or beyond the range. */
export function testRowsOf(model: Model): TestRow[] {
  const { mediumFrom, highFrom, valueMonths, valueMargin } = defaultSettings;
  const scorer = createScorer(model, { mediumFrom, highFrom, valueMonths, valueMargin, rules: [] });
  const random = createRandom(20);
  const rows: TestRow[] = [];
  for (let i = 0; i < mostDrawn && rows.length < wanted; i++) {
    const cells = model.schema.features.map((feature) =>
      i === 0 ? usualCell(feature) : drawCell(feature, random),
    );
    const [result] = scoreCustomers(scorer, [{ cells: cells.map((cell) => cell ?? undefined) }], '.');
    if (result!.ok) rows.push({ cells, probability: result!.customer.probability });
  }
  return rows;
}

function usualCell(feature: Feature): string | null {
  if (isNumeric(feature)) return feature.range && written(feature.range.median, feature, '.');
  return feature.mode ?? feature.levels[0] ?? null;
}

function drawCell(feature: Feature, random: Random): string | null {
  const kind = random.next();
  if (kind < 0.04) return null;
  const { levels } = feature;
  if (!isNumeric(feature))
    return kind < 0.06 || levels.length === 0 ? 'a new level' : levels[random.below(levels.length)]!;
  if (feature.range === null) return null;
  const { min, max, integer } = feature.range;
  const reach = kind < 0.07 ? 1.5 : 1;
  const value = min + (max - min) * random.next() * reach;
  return written(
    integer || feature.type === 'date' ? Math.round(value) : Number(value.toPrecision(6)),
    feature,
    '.',
  );
}
