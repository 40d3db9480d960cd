import { describe, expect, it } from 'vitest';
import { presentBatchOutcomes } from '../../src/presenters/batch-outcomes.ts';
import { createViewHelpers } from '../../src/presenters/view-helpers.ts';

const h = createViewHelpers({ currency: 'EUR', timeZone: 'UTC' });
const nothing = { recorded: 0, knownBefore: 0, blank: 0, others: 0, early: 0, problemCount: 0, problems: [] };

describe('the outcomes of a file', () => {
  it('are not mentioned where no column says any', () => {
    expect(presentBatchOutcomes(h, null)).toBeNull();
  });

  it('are counted, with those that were not recorded', () => {
    const report = { ...nothing, recorded: 1_150, knownBefore: 1, others: 2, early: 3, blank: 1 };
    expect(presentBatchOutcomes(h, report)).toMatchObject({
      isRecorded: true,
      words:
        'Outcomes of earlier scores: 1,150 recorded. 1 was known before. 2 customers have no earlier score. ' +
        '3 outcomes are from before the earlier score and were not recorded. 1 row says nothing.',
      problems: [],
      more: null,
    });
  });

  it('name the rows by the cause that nothing was recorded', () => {
    const problems = [
      { row: 0, kind: 'many' },
      { row: 2, kind: 'word' },
      { row: 3, kind: 'known' },
      { row: 1_204, kind: 'word' },
    ] as const;
    expect(presentBatchOutcomes(h, { ...nothing, problemCount: 5, problems: [...problems] })).toMatchObject({
      isRecorded: false,
      problems: [
        'There are more than 100,000 outcomes',
        'Rows 2, 1,204: the value means neither left nor stayed',
        'Row 3: an outcome that was recorded before says the opposite',
      ],
      more: '1 more problem',
    });
  });
});
