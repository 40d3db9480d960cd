/** Reads what was done for customers, as far as the conditions of retention rules ask for it. */
import type { Db } from '../../../db.ts';
import { listCampaigns } from '../../../store/campaigns.ts';
import { visitPastActions } from '../../../store/past-actions.ts';
import type { PastAction } from '../../../store/past-actions.ts';
import { actionOf } from '../../campaigns/arms.ts';
import { questionsOf } from '../conditions/kinds.ts';
import type { RetentionRule } from '../matching.ts';
import { isAsked, isSameQuestion } from './questions.ts';
import type { PastQuestion } from './questions.ts';
import { noPast, PastTableBuilder } from './table.ts';
import type { PastTable } from './table.ts';

const dayMs = 86_400_000;

export interface PastRequest {
  readonly rules: readonly RetentionRule[];
  /** What was done later does not count: an ISO time. */
  readonly at: string;
  /** Null: all customers. */
  readonly customerId?: string | null;
}

/** Reads nothing where no rule in use asks for the past. */
export async function readPast(db: Db, { rules, at, customerId = null }: PastRequest): Promise<PastTable> {
  const questions = listQuestions(rules);
  if (questions.length === 0 || customerId === '') return noPast;
  const mostDays = questions.reduce((most, { days }) => Math.max(most, days), 0);
  const period = { from: new Date(Date.parse(at) - mostDays * dayMs).toISOString(), until: at, customerId };
  const nameOf = await readActionNames(db);
  const answers = createAnswers(questions);
  await visitPastActions(db, period, (past) => {
    const daysAgo = (Date.parse(at) - Date.parse(past.at)) / dayMs;
    answers.add(past.customerId, { action: nameOf(past), result: past.result, daysAgo });
  });
  return answers.end();
}

/** Each once. */
export function listQuestions(rules: readonly RetentionRule[]): PastQuestion[] {
  const all = rules.filter(({ enabled }) => enabled).flatMap(questionsOf);
  return all.filter((one, i) => all.findIndex((other) => isSameQuestion(one, other)) === i);
}

async function readActionNames(db: Db): Promise<(past: PastAction) => string> {
  const campaigns = new Map((await listCampaigns(db)).map((campaign) => [campaign.id, campaign]));
  return ({ action, campaignId, arm }) => {
    const campaign = campaigns.get(campaignId);
    return campaign === undefined ? action : actionOf(campaign, arm).action;
  };
}

/** Adds up what is told of one customer after the other; who is not asked for leaves nothing. */
function createAnswers(questions: readonly PastQuestion[]) {
  const builder = new PastTableBuilder(questions);
  const answers = new Uint8Array(questions.length);
  let current = '';
  const store = (): void => {
    if (answers.includes(1)) builder.add(current, answers);
    answers.fill(0);
  };
  return {
    add: (customerId: string, past: Parameters<typeof isAsked>[1]): void => {
      if (customerId !== current) store();
      current = customerId;
      questions.forEach((question, k) => {
        if (isAsked(question, past)) answers[k] = 1;
      });
    },
    end: (): PastTable => {
      store();
      return builder.end();
    },
  };
}
