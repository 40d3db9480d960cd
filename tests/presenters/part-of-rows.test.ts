/** Of how many rows figures are, and why not of all. */
import { expect, it } from 'vitest';
import { partOfRows } from '../../src/presenters/part-of-rows.ts';
import { createViewHelpers } from '../../src/presenters/view-helpers.ts';

const h = createViewHelpers({ currency: 'EUR', timeZone: 'UTC' });

it('says that rows were taken evenly of a file with more than are read, and otherwise that the others are unreadable', () => {
  expect(partOfRows(h, 100, 250, 100)).toBe('100 of 250 rows, taken evenly from the file');
  expect(partOfRows(h, 98, 100, 100)).toBe('98 of 100 rows, as the others could not be read');
});
