/** What all campaigns of a year saved, by its hold-out. */
import type { YearOfSavings } from '../domain/campaigns/savings-by-year.ts';
import { pointsRange } from './campaign-results.ts';
import type { ViewHelpers } from './view-helpers.ts';

export function presentSavings(h: ViewHelpers, years: readonly YearOfSavings[]) {
  return { title: 'Savings by year', years: years.map((year) => presentYear(h, year)) };
}

function presentYear(h: ViewHelpers, found: YearOfSavings) {
  const { year, from, isOver, share, heldOut, others, effect, saved, earned, cost, isMismatched } = found;
  const whole = (x: number): string => h.number(Math.round(x));
  const ofFigure = (figure: YearOfSavings['saved'], text: (x: number) => string): string =>
    figure === null ? h.or(null) : `${text(figure.value)} (${text(figure.low)} to ${text(figure.high)})`;
  return {
    year,
    period: isOver ? `From ${h.date(from)}` : `From ${h.date(from)}, not over yet`,
    share: h.share(share),
    heldOut: h.count(heldOut),
    others: h.count(others),
    effect: effect === null ? 'too few known' : pointsRange(h, effect),
    saved: ofFigure(saved, whole),
    cost: h.money(cost),
    earned: ofFigure(earned, h.money),
    isMismatched,
  };
}
