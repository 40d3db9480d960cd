/** Risk levels that people have set: beside a score, the form that sets one, the list of them, and who was right. */
import { riskLevels } from '../domain/risk/levels.ts';
import type { RiskLevel } from '../domain/risk/levels.ts';
import { fewestJudged } from '../domain/risk/scorecard.ts';
import type { JudgedGroup, Scorecard } from '../domain/risk/scorecard.ts';
import type { FieldError } from '../errors.ts';
import type { ListedPrediction } from '../store/score-files/rows.ts';
import type { SetLevel } from '../store/set-levels.ts';
import type { ViewHelpers } from './view-helpers.ts';

type Said = Pick<SetLevel, 'setBy' | 'endsOn'>;

/** 'Set by Ada Admin until 3 Dec 2026. Model: Low'. */
export function setLevelWords(h: ViewHelpers, said: Said, modelLevel: RiskLevel): string {
  return `Set by ${nameOf(said)} until ${h.date(said.endsOn)}. Model: ${h.riskWord(modelLevel)}`;
}

export function nameOf({ setBy }: Pick<SetLevel, 'setBy'>): string {
  return setBy ?? 'a former user';
}

interface LevelForm {
  readonly score: ListedPrediction;
  /** A newer one than the page that led here has shown. */
  readonly isNewer: boolean;
  readonly values: Readonly<Record<string, string>>;
  readonly errors: readonly FieldError[];
}

export function presentLevelForm(h: ViewHelpers, { score, isNewer, values, errors }: LevelForm) {
  return {
    title: `Set the risk level of customer ${score.customerId ?? ''}`,
    customer: `Customer ${score.customerId ?? ''}`,
    href: `/customers/${score.id}`,
    model: `${h.percent(score.probability)} churn probability, ${h.riskWord(score.riskLevel).toLowerCase()} risk`,
    newer: isNewer
      ? `You came from an older score. This is about the newest one, of ${h.dateTime(score.createdAt)}.`
      : null,
    values,
    errors,
    levelField: {
      name: 'level',
      label: 'Risk level',
      value: values['level'] ?? '',
      options: [
        { value: '', label: 'Choose' },
        ...riskLevels.toReversed().map((level) => ({ value: level, label: h.riskWord(level) })),
      ],
    },
  };
}

export interface SetLevelsData {
  readonly levels: readonly SetLevel[];
  readonly total: number;
  readonly page: number;
  readonly pages: number;
  readonly scorecard: Scorecard;
}

export function presentSetLevels(h: ViewHelpers, { levels, total, page, pages, scorecard }: SetLevelsData) {
  return {
    title: 'Levels set by people',
    summary: `${h.plural(total, 'customer has', 'customers have')} a risk level that a person has set.`,
    rows: levels.map((one) => ({
      id: one.id,
      customer: one.customerId,
      href: `/customers${h.query({ search: one.customerId })}`,
      level: one.level,
      modelLevel: one.modelLevel,
      model: h.percent(one.probability),
      reason: one.reason,
      setBy: nameOf(one),
      setOn: h.date(one.setOn),
      endsOn: h.date(one.endsOn),
    })),
    page,
    pages,
    scorecard: presentScorecard(h, scorecard),
  };
}

function presentScorecard(h: ViewHelpers, card: Scorecard) {
  const judged = card.raised.count + card.lowered.count;
  return {
    verdict: verdictOf(h, card),
    rows: [
      { name: 'Raised above the model’s level', ...groupWords(h, card.raised) },
      { name: 'Lowered below the model’s level', ...groupWords(h, card.lowered) },
    ],
    isEmpty: judged === 0,
    rest: restWords(h, card),
  };
}

/** One line first. */
function verdictOf(h: ViewHelpers, { raised, lowered, brier }: Scorecard): string {
  const judged = raised.count + lowered.count;
  if (brier === null)
    return `Too few to tell: ${h.count(judged)} of the ${h.count(fewestJudged)} customers needed have reached the end date with a known outcome.`;
  const figures = `Brier score of people ${h.metric(brier.first)}, of the model ${h.metric(brier.second)} (lower is better; difference ${h.difference(brier.interval.low)} to ${h.difference(brier.interval.high)}).`;
  return `${nearerWords(brier.interval)} ${figures}`;
}

function nearerWords({ low, high }: { readonly low: number; readonly high: number }): string {
  if (high < 0) return 'People were closer to what happened than the model.';
  return low > 0
    ? 'The model was closer to what happened than people.'
    : 'No difference between people and the model can be seen.';
}

function groupWords(h: ViewHelpers, { count, left, interval, expected }: JudgedGroup) {
  return {
    count: h.count(count),
    left:
      count === 0
        ? h.or(null)
        : `${h.count(left)}: ${h.rate(left / count)} (${h.rate(interval.low)} to ${h.rate(interval.high)})`,
    expected: h.rate(expected),
  };
}

function restWords(h: ViewHelpers, { running, unknown, same }: Scorecard): string {
  return [
    `${h.plural(running, 'level has', 'levels have')} not reached the end date.`,
    unknown > 0 ? `${h.count(unknown)} reached it without a known outcome.` : '',
    same > 0
      ? `${h.count(same)} confirmed the model’s level and ${same === 1 ? 'is' : 'are'} not compared.`
      : '',
  ]
    .filter(Boolean)
    .join(' ');
}
