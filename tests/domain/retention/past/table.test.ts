/** Answers about the past of many customers, as threads look them up. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  answersFor,
  hadIn,
  noPast,
  PastTableBuilder,
  placeOf,
} from '../../../../src/domain/retention/past/table.ts';
import { textColumn } from '../../../../src/store/score-files/encoding.ts';

const within = (days: number) => ({ action: null, result: null, days });
const questions = [within(7), within(30)];

describe('a table of the past', () => {
  it('has the answers of its customers, and no for all others', () => {
    const texts = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 12 }), { maxLength: 300 });
    fc.assert(
      fc.property(texts, fc.array(fc.string({ maxLength: 12 }), { maxLength: 50 }), (known, others) => {
        const builder = new PastTableBuilder(questions);
        known.forEach((id, i) => {
          builder.add(id, Uint8Array.of(i % 2, 1));
        });
        const table = builder.end();
        const rows = [...known, ...others];
        const places = rows.map((id) => known.indexOf(id));
        expect([...answersFor(table, textColumn(rows))]).toEqual(
          places.flatMap((place) => (place < 0 ? [0, 0] : [place % 2, 1])),
        );
      }),
    );
  });

  it('answers for one customer, and no for a question that it does not have', () => {
    const builder = new PastTableBuilder(questions);
    builder.add('Zoë 1', Uint8Array.of(0, 1));
    const table = builder.end();
    const had = hadIn(table, 'Zoë 1');
    expect([had(within(7)), had(within(30)), had(within(90))]).toEqual([false, true, false]);
    expect(placeOf(table, within(90))).toBe(-1);
    expect(hadIn(table, '')(within(30))).toBe(false);
    expect(hadIn(noPast, 'Zoë 1')(within(30))).toBe(false);
  });

  it('lies in memory that threads share', () => {
    const builder = new PastTableBuilder(questions);
    builder.add('C-1', Uint8Array.of(1, 1));
    const { identifiers, slots, answers } = builder.end();
    for (const { buffer } of [identifiers.bytes, identifiers.ends, slots, answers])
      expect(buffer).toBeInstanceOf(SharedArrayBuffer);
  });
});
