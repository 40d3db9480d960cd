/**
 * Who was right, people or the model: of levels that people set, once their end has passed and the outcome is known. What a
 * person says counts as the middle of the level's probabilities; both are compared by their Brier scores.
 */
import type { Db } from '../../db.ts';
import { timeOf } from '../../db/clock.ts';
import { brierDifference } from '../../ml/evaluation/brier-difference.ts';
import type { BrierDifference } from '../../ml/evaluation/brier-difference.ts';
import { wilsonInterval } from '../../ml/evaluation/wilson.ts';
import type { Interval } from '../../ml/evaluation/wilson.ts';
import { riskLevels } from '../../store/risk-levels.ts';
import { listSetLevelsWithOutcomes } from '../../store/set-levels.ts';
import type { SetLevelWithOutcome } from '../../store/set-levels.ts';
import { getSettings } from '../../store/settings.ts';
import { today } from '../campaigns/days.ts';
import { outcomeOf } from '../campaigns/member-outcome.ts';

/** Fewer say nothing. */
export const fewestJudged = 30;

export interface JudgedGroup {
  readonly count: number;
  readonly left: number;
  /** Of the share that left, 95 %. */
  readonly interval: Interval;
  /** The share that the model expected to leave; NaN of nobody. */
  readonly expected: number;
}

export interface Scorecard {
  /** Whose end has not passed. */
  readonly running: number;
  /** Whose end has passed, without a known outcome. */
  readonly unknown: number;
  /** With the level that the model said: nothing to compare. */
  readonly same: number;
  readonly raised: JudgedGroup;
  readonly lowered: JudgedGroup;
  /** `first`: people, `second`: the model; null: too few to tell. */
  readonly brier: BrierDifference | null;
}

type Judged = SetLevelWithOutcome & { readonly hasLeft: boolean };

export async function readScorecard(db: Db): Promise<Scorecard> {
  const { timeZone } = await getSettings(db);
  return scorecardOf(await listSetLevelsWithOutcomes(db), today(timeZone, await timeOf(db)));
}

/** A level that was removed early is judged as if it had run to its end: whoever takes back what turns out wrong would look better. */
export function scorecardOf(set: readonly SetLevelWithOutcome[], day: string): Scorecard {
  const ended = set.filter(({ endsOn }) => endsOn < day);
  const known = ended.flatMap(judged);
  const same = known.filter(({ level, modelLevel }) => level === modelLevel);
  const raised = known.filter((one) => stepsUp(one) > 0);
  const lowered = known.filter((one) => stepsUp(one) < 0);
  return {
    running: set.length - ended.length,
    unknown: ended.length - known.length,
    same: same.length,
    raised: groupOf(raised),
    lowered: groupOf(lowered),
    brier: compare([...raised, ...lowered]),
  };
}

function judged(one: SetLevelWithOutcome): Judged[] {
  const outcome = outcomeOf(one, { launchedOn: one.setOn, endsOn: one.endsOn });
  return outcome === 'left' || outcome === 'stayed' ? [{ ...one, hasLeft: outcome === 'left' }] : [];
}

function stepsUp({ level, modelLevel }: SetLevelWithOutcome): number {
  return riskLevels.indexOf(level) - riskLevels.indexOf(modelLevel);
}

function groupOf(judgements: readonly Judged[]): JudgedGroup {
  const count = judgements.length;
  const left = judgements.filter(({ hasLeft }) => hasLeft).length;
  const expected = judgements.reduce((sum, { probability }) => sum + probability, 0) / count;
  return { count, left, interval: wilsonInterval(left, count), expected };
}

function compare(judgements: readonly Judged[]): BrierDifference | null {
  if (judgements.length < fewestJudged) return null;
  return brierDifference({
    first: Float64Array.from(judgements, ({ levelProbability }) => levelProbability),
    second: Float64Array.from(judgements, ({ probability }) => probability),
    outcome: Uint8Array.from(judgements, ({ hasLeft }) => Number(hasLeft)),
  });
}
