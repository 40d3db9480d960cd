/** People set the risk level of one customer, until a day and with a reason. Rules, campaigns' results and models keep the model's. */
import { inTransaction } from '../../db.ts';
import type { Db } from '../../db.ts';
import { timeOf } from '../../db/clock.ts';
import { Conflict, Unprocessable } from '../../errors.ts';
import { countText } from '../../format.ts';
import { recordEvent } from '../../store/audit.ts';
import type { RiskLevel, RiskThresholds } from '../../store/risk-levels.ts';
import {
  countSetLevels,
  getSetLevel,
  insertSetLevel,
  readSetLevels,
  removeSetLevels,
  setLevelsAmong,
} from '../../store/set-levels.ts';
import type { SetLevel } from '../../store/set-levels.ts';
import { getSettings } from '../../store/settings.ts';
import { addDays, daysBetween, startOfDay, today } from '../campaigns/days.ts';
import type { User } from '../people/accounts.ts';

/** They are all read with every list by level, and are meant for single customers. */
export const mostSetLevels = 5_000;
const mostDays = 366;

export interface LevelChoice {
  readonly level: RiskLevel;
  readonly reason: string;
  /** The last day on which it counts, `2026-11-20`. */
  readonly endsOn: string;
}

/** What the person saw: a score of the customer. */
export interface JudgedScore {
  readonly customerId: string;
  readonly probability: number;
  /** Of the model. */
  readonly riskLevel: RiskLevel;
}

/** Changes with the levels that scores have: with the thresholds, and with what people have set. */
export async function stateOfLevels(db: Db): Promise<unknown> {
  const { mediumFrom, highFrom } = await getSettings(db);
  return [mediumFrom, highFrom, [...(await readSetLevels(db))]];
}

/** Replaces the one that counts now. @throws Unprocessable for an end in the past or too far away; Conflict when there are too many */
export async function setLevel(db: Db, user: User, score: JudgedScore, choice: LevelChoice): Promise<void> {
  const settings = await getSettings(db);
  const day = today(settings.timeZone, await timeOf(db));
  requireEnd(choice.endsOn, day);
  const expiresAt = startOfDay(addDays(choice.endsOn, 1), settings.timeZone);
  await inTransaction(db, async (trx) => {
    const before = (await setLevelsAmong(trx, [score.customerId])).get(score.customerId);
    await removeSetLevels(trx, { customer_id: score.customerId }, { day, userId: user.id });
    if ((await countSetLevels(trx)) >= mostSetLevels) throw tooMany();
    const evidence = {
      modelLevel: score.riskLevel,
      probability: score.probability,
      levelProbability: middleOf(choice.level, settings),
    };
    const { customerId } = score;
    await insertSetLevel(trx, { ...choice, customerId, setOn: day, expiresAt, ...evidence }, user.id);
    await recordEvent(trx, {
      userId: user.id,
      action: 'level.set',
      subject: 'A customer',
      ...(before && { before: { level: before.level, endsOn: before.endsOn } }),
      after: { level: choice.level, modelLevel: score.riskLevel, endsOn: choice.endsOn },
    });
  });
}

/** Before its end. Asked twice, it changes nothing more. @throws NotFound */
export async function endSetLevel(
  db: Db,
  user: User,
  id: number,
): Promise<SetLevel & { readonly hasEnded: boolean }> {
  const { timeZone } = await getSettings(db);
  const day = today(timeZone, await timeOf(db));
  return inTransaction(db, async (trx) => {
    const one = await getSetLevel(trx, id);
    const hasEnded = (await removeSetLevels(trx, { id }, { day, userId: user.id })) > 0;
    if (hasEnded)
      await recordEvent(trx, {
        userId: user.id,
        action: 'level.removed',
        subject: 'A customer',
        before: { level: one.level, endsOn: one.endsOn },
      });
    return { ...one, hasEnded };
  });
}

/** Joins what people have set to scores of these customers; null: nothing. */
export async function withSetLevels<T extends { readonly customerId: string | null }>(
  db: Db,
  scores: readonly T[],
): Promise<(T & { readonly setLevel: SetLevel | null })[]> {
  const set = await setLevelsAmong(
    db,
    scores.map(({ customerId }) => customerId),
  );
  return scores.map((score) => ({ ...score, setLevel: set.get(score.customerId ?? '') ?? null }));
}

/** The middle of the probabilities with this level: what a person who sets it says, as a probability. */
export function middleOf(level: RiskLevel, { mediumFrom, highFrom }: RiskThresholds): number {
  if (level === 'low') return Math.min(mediumFrom, highFrom) / 2;
  return level === 'high' ? (highFrom + 1) / 2 : (mediumFrom + highFrom) / 2;
}

function requireEnd(endsOn: string, day: string): void {
  const ahead = daysBetween(day, endsOn);
  if (ahead >= 0 && ahead <= mostDays) return;
  const message =
    ahead < 0
      ? 'Enter today or a later date.'
      : 'Enter a date within a year: a level is meant to be looked at again.';
  throw new Unprocessable([{ field: 'endsOn', message }]);
}

function tooMany(): Conflict {
  return new Conflict(
    `People have set the levels of ${countText(mostSetLevels)} customers already. Remove some, or change the thresholds of the risk levels.`,
  );
}
