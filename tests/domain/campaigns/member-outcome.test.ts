import { describe, expect, it } from 'vitest';
import { outcomeOf } from '../../../src/domain/campaigns/member-outcome.ts';

const horizon = { launchedOn: '2026-03-01', endsOn: '2026-06-01' };

describe('the outcome of a member', () => {
  it.each([
    ['left on the day of the launch', '2026-03-01', null, 'left'],
    ['left on the last day', '2026-06-01', null, 'left'],
    ['left a day later', '2026-06-02', null, 'stayed'],
    ['had left before the launch', '2026-02-28', null, 'before'],
    ['was there on the last day', null, '2026-06-01', 'stayed'],
    ['was there half-way', null, '2026-04-15', 'maturing'],
    ['was last seen before the launch', null, '2026-02-01', 'unknown'],
    ['was never seen', null, null, 'unknown'],
    ['was there half-way, and left later', '2026-05-01', '2026-04-15', 'left'],
  ])('who %s', (_, leftOn, seenOn, expected) => {
    expect(outcomeOf({ leftOn, seenOn }, horizon)).toBe(expected);
  });
});
