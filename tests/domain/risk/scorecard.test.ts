import { describe, expect, it } from 'vitest';
import { fewestJudged, scorecardOf } from '../../../src/domain/risk/scorecard.ts';
import { middleOf } from '../../../src/domain/risk/set-levels.ts';
import type { SetLevelWithOutcome } from '../../../src/store/set-levels.ts';

const day = '2026-06-01';
const thresholds = { mediumFrom: 0.3, highFrom: 0.6 };
const left = { leftOn: '2026-03-15', seenOn: null };
const stayed = { leftOn: null, seenOn: '2026-05-02' };

/** Raised from low to high until the end of April, unless told. */
function setLevel(change: Partial<SetLevelWithOutcome>): SetLevelWithOutcome {
  const level = change.level ?? 'high';
  return {
    id: 1,
    customerId: 'C-1',
    reason: 'called to complain',
    setBy: 'Ada',
    setOn: '2026-02-01',
    setAt: '2026-02-01T10:00:00.000Z',
    endsOn: '2026-04-30',
    expiresAt: '2026-05-01T00:00:00.000Z',
    removedOn: null,
    removedAt: null,
    removedBy: null,
    modelLevel: 'low',
    probability: 0.2,
    ...stayed,
    ...change,
    level,
    levelProbability: middleOf(level, thresholds),
  };
}

const many = (count: number, change: Partial<SetLevelWithOutcome>): SetLevelWithOutcome[] =>
  Array.from({ length: count }, () => setLevel(change));

describe('the scorecard of people and the model', () => {
  it('counts only levels whose end has passed and whose outcome is known', () => {
    const card = scorecardOf(
      [
        setLevel(left),
        setLevel(stayed),
        setLevel({ endsOn: day }),
        setLevel({ leftOn: null, seenOn: '2026-04-01' }),
        setLevel({ leftOn: '2026-01-15', seenOn: null }),
        setLevel({ level: 'low' }),
      ],
      day,
    );
    expect(card).toMatchObject({ running: 1, unknown: 2, same: 1, brier: null });
    expect(card.raised).toMatchObject({ count: 2, left: 1, expected: 0.2 });
    expect(card.lowered).toMatchObject({ count: 0, left: 0 });
  });

  it('keeps apart who was raised and who was lowered', () => {
    const lowered = { level: 'low', modelLevel: 'high', probability: 0.7 } as const;
    const card = scorecardOf([...many(3, left), ...many(4, { ...lowered, ...stayed })], day);
    expect(card.raised).toMatchObject({ count: 3, left: 3 });
    expect(card.lowered).toMatchObject({ count: 4, left: 0 });
    expect(card.lowered.expected).toBeCloseTo(0.7, 12);
  });

  it('says nothing below the number that it states', () => {
    expect(scorecardOf(many(fewestJudged - 1, left), day).brier).toBeNull();
    expect(scorecardOf(many(fewestJudged, left), day).brier).not.toBeNull();
  });

  it('sees that people know more: whom they raised left', () => {
    const { brier } = scorecardOf([...many(26, left), ...many(4, stayed)], day);
    expect(brier!.interval.high).toBeLessThan(0);
  });

  it('sees that the model knows more: whom they raised left as often as it said', () => {
    const { brier } = scorecardOf([...many(8, left), ...many(32, stayed)], day);
    expect(brier!.interval.low).toBeGreaterThan(0);
  });

  it('gives people who lower levels by guessing no credit for the many who stay', () => {
    // Of customers at 45 % that a person calls low, 45 % leave: the person is 'right' more often, and still worse.
    const guess = { level: 'low', modelLevel: 'medium', probability: 0.45 } as const;
    const { brier, lowered } = scorecardOf(
      [...many(180, { ...guess, ...left }), ...many(220, { ...guess, ...stayed })],
      day,
    );
    expect(lowered.left / lowered.count).toBeLessThan(0.5);
    expect(brier!.interval.low).toBeGreaterThan(0);
  });
});

describe('what a level says as a probability', () => {
  it.each([
    ['low', 0.15],
    ['medium', 0.45],
    ['high', 0.8],
  ] as const)('is the middle of %s', (level, expected) => {
    expect(middleOf(level, thresholds)).toBeCloseTo(expected, 12);
  });
});
