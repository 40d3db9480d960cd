/** A card's importance of columns: the first few as bars, all of them in a table. */
import type { ModelRecord } from '../store/models.ts';
import { presentBars } from './chart.ts';
import type { ViewHelpers } from './view-helpers.ts';

const charted = 6;
const listed = 30;

export function presentCardColumns(h: ViewHelpers, { importance, evaluation }: ModelRecord) {
  const permutation = new Map(
    (evaluation.report?.permutation ?? []).map(({ feature, aucDrop }) => [feature, aucDrop]),
  );
  return {
    chart: presentBars(
      importance.slice(0, charted).map(({ feature, points }) => ({ label: h.label(feature), value: points })),
      {
        caption: 'Mean effect of a column on the churn probability',
        labelHeading: 'Column',
        valueHeading: 'Mean effect',
        valueText: h.size,
        tickText: (points) => h.number(points * 100),
      },
    ),
    hasMore: importance.length > charted || permutation.size > 0,
    hasDrops: permutation.size > 0,
    rows: importance.slice(0, listed).map(({ feature, points }) => ({
      column: h.label(feature),
      effect: h.size(points),
      drop: h.metric(permutation.get(feature)),
    })),
    heading:
      importance.length > listed
        ? `The first ${h.count(listed)} of ${h.count(importance.length)} columns as a table`
        : 'All columns as a table',
  };
}
