import { describe, expect, it } from 'vitest';
import { createViewHelpers } from '../../src/presenters/view-helpers.ts';

const { rowWord } = createViewHelpers({ currency: 'EUR', timeZone: 'UTC' });

describe('the word for a row of a hold-out', () => {
  it.each([
    [{ holdoutRows: 612, holdoutCustomers: 600 }, 'row'],
    [{ holdoutRows: 612, holdoutCustomers: 612 }, 'customer'],
    [{ holdoutRows: 612 }, 'customer'],
  ])('of %j is %s', (measured, word) => {
    expect(rowWord(measured)).toBe(word);
  });
});
