import { describe, expect, it } from 'vitest';
import { presentCheck } from '../../src/presenters/batch-check.ts';
import type { CheckInput } from '../../src/presenters/batch-check.ts';
import { createViewHelpers } from '../../src/presenters/view-helpers.ts';
import type { CheckGroup } from '../../src/store/batch-documents.ts';

const h = createViewHelpers({ currency: 'EUR', timeZone: 'UTC' });
const group = (kind: CheckGroup['kind'], column: string, count = 1): CheckGroup => ({
  kind,
  column,
  count,
  detail: 'x',
  rows: [2],
});

function check(
  groups: readonly CheckGroup[],
  { rejectedCount = 0, places = [0, 1] as (number | null)[] } = {},
) {
  const batch = {
    id: 7,
    originalName: 'today.csv',
    modelLabel: 'v1',
    correctsBatchId: null,
    header: ['contract', 'tenure', 'extra'],
    mapping: { features: places, identifier: null, value: null },
    format: { delimiter: ',', decimal: '.', encoding: 'utf-8', notes: [] },
  } as unknown as CheckInput['batch'];
  const schema = { features: [{ name: 'contract' }, { name: 'tenure' }] } as unknown as CheckInput['schema'];
  const report = { rowCount: 10, rejectedCount, notedCount: 0, groups: [...groups], problems: [] };
  return presentCheck(h, { batch, report, schema, canBeReread: true });
}

describe('the check of a file', () => {
  it('lists errors before warnings before notes, and repeats no rejected value', () => {
    const { findings } = check([
      group('missing', 'a', 9),
      group('unseen', 'b', 8),
      group('refused-level', 'c', 7),
      group('problem', 'd', 6),
    ]);
    expect(findings.map(({ severity, column }) => [severity, column])).toEqual([
      ['Error', 'd'],
      ['Warning', 'b'],
      ['Note', 'a'],
    ]);
  });

  it('warns before the button only of what needs a decision', () => {
    expect(check([group('missing', 'tenure'), group('out-of-range', 'tenure')]).warnings).toEqual([]);
    expect(check([], { places: [0, null] }).warnings).toEqual([
      'The file has no column for tenure. Every row is scored as if it were missing.',
    ]);
    expect(check([group('unseen', 'contract')]).warnings).toEqual([
      'The model does not recognise 1 value of this file. If it is only spelled differently, map it first.',
    ]);
  });

  it('offers to fix rows and map values where there are some, and to score what is ready', () => {
    const some = check([group('problem', 'tenure'), group('unseen', 'contract')], { rejectedCount: 3 });
    expect([some.scoring, some.correction?.text]).toEqual(['Score 7 of 10 rows', 'Fix rows and map values']);
    const none = check([group('problem', 'tenure')], { rejectedCount: 10 });
    expect([none.scoring, none.correction]).toEqual([null, { text: 'Fix rejected rows', isMain: true }]);
    expect(check([])).toMatchObject({ scoring: 'Score 10 customers', correction: null, unused: 'extra' });
  });
});
