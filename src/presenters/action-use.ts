/** Recommended actions beside those that were done, as a table. */
import type { ActionFigures } from '../domain/analytics/action-figures.ts';
import type { CsvCell } from '../domain/csv/writer.ts';
import type { ViewHelpers } from './view-helpers.ts';

/** `actions`: null where they could not be read. */
export function presentActionUse(h: ViewHelpers, actions: readonly ActionFigures[] | null) {
  return {
    title: 'Actions taken',
    isLate: actions === null,
    rows: (actions ?? []).map((one) => ({
      action: one.action,
      recommended: h.count(one.recommended),
      saving: h.money(one.expectedSaving),
      given: (
        [
          ['open', one.open],
          ['done', one.done],
          ['dropped', one.dropped],
        ] as const
      ).map(([status, count]) => ({
        count: h.count(count),
        href: count === 0 ? null : `/actions${h.query({ status, action: one.action })}`,
      })),
      results: [one.accepted, one.declined, one.notReached].map(h.count),
      left: shareOf(h, one.left, one),
      stayed: shareOf(h, one.stayed, one),
      unknown: h.count(one.done - one.left - one.stayed),
    })),
  };
}

/** '12 (40 %)', of those whose outcome is known. */
function shareOf(h: ViewHelpers, count: number, { left, stayed }: ActionFigures): string {
  const known = left + stayed;
  return known === 0 ? h.count(count) : `${h.count(count)} (${h.rate(count / known)})`;
}

export function actionUseCsv(actions: readonly ActionFigures[]) {
  const header = ['action', 'recommended', 'expected_saving', 'open', 'done', 'dropped'];
  const rows = actions.map((one): CsvCell[] => [
    ...[one.action, one.recommended, one.expectedSaving, one.open, one.done, one.dropped],
    ...[one.accepted, one.declined, one.notReached, one.left, one.stayed],
  ]);
  return { header: [...header, 'accepted', 'declined', 'not_reached', 'left_since', 'stayed_since'], rows };
}
