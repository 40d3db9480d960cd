/** What the form that asks for a grouping proposes. */
import { expect, it } from 'vitest';
import { presentGroupingForm } from '../../src/presenters/grouping-form.ts';
import { createViewHelpers } from '../../src/presenters/view-helpers.ts';

const h = createViewHelpers({ currency: 'EUR', timeZone: 'UTC' });

it('ticks every column but dates and those that the dataset excludes from training', () => {
  const columns = [
    { name: 'visits', type: 'number', isExcluded: false },
    { name: 'row', type: 'number', isExcluded: true },
    { name: 'since', type: 'date', isExcluded: false },
  ] as const;
  const source = { kind: 'clusters', dataset: 1, datasets: [], columns } as const;
  const { boxes } = presentGroupingForm(h, { ...source, name: '', values: null });
  expect(boxes.map(({ isChecked }) => isChecked)).toEqual([true, false, false]);
});
