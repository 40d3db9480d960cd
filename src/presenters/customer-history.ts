/** What happened with a customer, in one list: scores, actions, campaigns and outcomes, newest first. */
import type { RiskLevel } from '../domain/risk/levels.ts';
import { actionOf } from '../domain/campaigns/arms.ts';
import type { ActionResult } from '../store/action-results.ts';
import type { ActionRecord } from '../store/actions.ts';
import { controlArm } from '../store/campaign-members.ts';
import type { Membership } from '../store/campaign-members.ts';
import type { Outcome } from '../store/outcomes.ts';
import type { ListedPrediction } from '../store/score-files/rows.ts';
import type { SetLevel } from '../store/set-levels.ts';
import { nameOf } from './set-level.ts';
import type { ViewHelpers } from './view-helpers.ts';

export interface CustomerEvents {
  readonly history: readonly ListedPrediction[];
  readonly actions: readonly ActionRecord[];
  readonly campaigns: readonly Membership[];
  readonly outcomes: readonly Outcome[];
  /** All that people ever set. */
  readonly setLevels: readonly SetLevel[];
}

interface HistoryRow {
  /** A time or a day, ISO: a day comes before all times of it. */
  readonly at: string;
  readonly when: string;
  readonly what: string;
  readonly href: string | null;
  readonly level: RiskLevel | null;
  readonly isControl: boolean;
  readonly details: string;
}

const plain = { href: null, level: null, isControl: false };

/** Empty where the score on the page is all that is known. */
export function presentCustomerHistory(h: ViewHelpers, events: CustomerEvents): HistoryRow[] {
  const rows = [
    ...events.history.map((score) => scoreRow(h, score)),
    ...events.actions.flatMap((action) => actionRows(h, action)),
    ...events.campaigns.map((membership) => campaignRow(h, membership)),
    ...events.outcomes.map((outcome) => outcomeRow(h, outcome)),
    ...events.setLevels.flatMap((one) => setLevelRows(h, one)),
  ];
  return rows.length > 1 ? rows.sort((a, b) => (a.at === b.at ? 0 : a.at < b.at ? 1 : -1)) : [];
}

function scoreRow(h: ViewHelpers, score: ListedPrediction): HistoryRow {
  return {
    ...plain,
    at: score.createdAt,
    when: h.dateTime(score.createdAt),
    what: `${score.source === 'what-if' ? 'What-if' : 'Scored'}: ${h.percent(score.probability)}`,
    href: `/customers/${score.id}`,
    level: score.riskLevel,
    details: `Model ${score.modelLabel}`,
  };
}

const resultWords: Readonly<Record<ActionResult, string>> = {
  accepted: 'accepted',
  declined: 'declined',
  'not-reached': 'not reached',
};

/** When it was added, and when it was closed. */
function actionRows(h: ViewHelpers, action: ActionRecord): HistoryRow[] {
  const { createdAt, closedAt, status, result, campaignName } = action;
  const row = { ...plain, href: `/actions/${action.id}`, details: action.ownerName ?? 'Nobody' };
  const added = {
    ...row,
    at: createdAt,
    when: h.dateTime(createdAt),
    what: `Action added: ${action.action}`,
    details: campaignName === null ? row.details : `${row.details}, campaign ${campaignName}`,
  };
  if (closedAt === null) return [added];
  const end = status === 'dropped' ? 'Action dropped' : 'Action done';
  const what = `${end}: ${action.action}${result === null ? '' : `, ${resultWords[result]}`}`;
  return [{ ...row, at: closedAt, when: h.dateTime(closedAt), what }, added];
}

function campaignRow(h: ViewHelpers, { campaign, arm }: Membership): HistoryRow {
  const isControl = arm === controlArm;
  const { launchedOn, createdAt } = campaign;
  const launched = launchedOn ?? createdAt;
  const state = campaign.state === 'running' ? 'Running' : 'Closed';
  return {
    ...plain,
    // Only the day of the launch is known: after the draft, and after the scores of that day.
    at: launchedOn === null || createdAt.startsWith(launchedOn) ? createdAt : `${launchedOn}T24`,
    when: h.date(launched),
    what: `Campaign: ${campaign.name}`,
    href: `/campaigns/${campaign.id}`,
    isControl,
    details: isControl ? state : `${actionOf(campaign, arm).action}. ${state}`,
  };
}

function outcomeRow(h: ViewHelpers, { seenOn, hasLeft }: Outcome): HistoryRow {
  const what = hasLeft ? 'Outcome: had left' : 'Outcome: was there';
  return { ...plain, at: seenOn, when: h.date(seenOn), what, details: '' };
}

/** When it was set, and when it was removed early. */
function setLevelRows(h: ViewHelpers, one: SetLevel): HistoryRow[] {
  const { level, setAt, removedAt, removedBy } = one;
  const details = `${nameOf(one)}, until ${h.date(one.endsOn)}: ${one.reason}`;
  const set = { ...plain, at: setAt, when: h.dateTime(setAt), what: 'Risk level set', level, details };
  if (removedAt === null) return [set];
  const what = 'Set risk level removed';
  const removed = { ...plain, at: removedAt, when: h.dateTime(removedAt), what, details: removedBy ?? '' };
  return [removed, set];
}
