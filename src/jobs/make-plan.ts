import { inTransaction } from '../db.ts';
import { stopSubjects } from '../domain/jobs/subjects.ts';
import { cancelled, done } from '../domain/jobs/steps.ts';
import { makePlan } from '../domain/plans/make-plan.ts';
import { deletePlanMembers, insertPlanMembers } from '../store/plan-members.ts';
import { endPlan, getPlan } from '../store/plans.ts';
import { openScoreStore } from '../store/score-files/store.ts';
import type { JobHandler } from './job-handler.ts';

const membersAtOnce = 20_000;

/** Its members are stored in pieces; one that is interrupted begins again. */
export const runMakePlan: JobHandler = async ({ db, config, step }, { planId }) => {
  const id = Number(planId);
  const stop = (trx: typeof db) => stopSubjects(trx, { planId: id }, { state: 'cancelled' });
  const first = await step(0, 0, 'Choosing who gets which action');
  if (first !== 'go on') return first === 'stop' ? 'stopped' : cancelled(stop);
  const { members, result } = await makePlan(openScoreStore(db, config), await getPlan(db, id));
  await inTransaction(db, (trx) => deletePlanMembers(trx, id));
  for (let from = 0; from < members.length; from += membersAtOnce) {
    const answer = await step(from, members.length, 'Storing the plan');
    if (answer !== 'go on') return answer === 'stop' ? 'stopped' : cancelled(stop);
    const piece = members.slice(from, from + membersAtOnce);
    await inTransaction(db, (trx) => insertPlanMembers(trx, id, piece, from));
  }
  return done((trx) => endPlan(trx, id, result));
};
