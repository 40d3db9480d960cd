import { describe, expect, it } from 'vitest';
import { Results } from '../../../../src/domain/training/threads/results.ts';
import { Rounds } from '../../../../src/domain/training/threads/rounds.ts';

describe('rounds', () => {
  it('give each item to one thread, and begin with item 0 again', () => {
    const rounds = new Rounds();
    const other = new Rounds(rounds.memory);
    expect(rounds.take()).toBe(-1);
    for (let round = 0; round < 2; round++) {
      rounds.begin(3);
      expect([rounds.take(), other.take(), rounds.take(), other.take()]).toEqual([0, 1, 2, -1]);
      for (let item = 0; item < 2; item++) rounds.finish();
      other.finishHelping();
      expect(rounds.awaitItem()).toBe(0);
    }
    expect(rounds.helped).toBe(2);
  });

  it('tell of messages once', () => {
    const rounds = new Rounds();
    expect(rounds.hasMessages()).toBe(false);
    rounds.announceMessage();
    expect([rounds.hasMessages(), rounds.hasMessages()]).toEqual([true, false]);
  });
});

describe('results', () => {
  const collect = () => {
    const heard: [number, string][] = [];
    return { heard, results: new Results<string>((item, result) => heard.push([item, result])) };
  };

  it('are told in the order of items', () => {
    const { heard, results } = collect();
    results.add({ item: 1, result: 'b' });
    expect(heard).toEqual([]);
    results.add({ item: 0, result: 'a' });
    expect(heard).toEqual([
      [0, 'a'],
      [1, 'b'],
    ]);
    results.end();
  });

  it('throw the error of the first item that failed, whichever came first', () => {
    const { heard, results } = collect();
    results.add({ item: 2, error: new Error('second') });
    results.add({ item: 1, error: new RangeError('first') });
    results.add({ item: 0, result: 'a' });
    expect(results.hasFailed).toBe(true);
    expect(heard).toEqual([[0, 'a']]);
    expect(() => {
      results.end();
    }).toThrow(new RangeError('first'));
  });

  it('may be nothing: then only errors are told', () => {
    const { heard, results } = collect();
    results.add({ item: 3, error: new Error('third') });
    expect(heard).toEqual([]);
    expect(() => {
      results.end();
    }).toThrow('third');
  });
});
