import { describe, expect, it } from 'vitest';
import {
  guessMapping,
  levelMeanings,
  namesToForget,
  namesToRemember,
} from '../../../src/domain/batches/mapping.ts';
import type { Feature, Schema } from '../../../src/ml/data/schema.ts';
import type { RememberedName } from '../../../src/store/remembered-names.ts';

const feature = (name: string, levels: readonly string[] = []): Feature => ({
  name,
  levels,
  range: null,
  missingShare: 0,
  type: levels.length > 0 ? 'category' : 'number',
});
const schema: Schema = {
  features: [feature('contract', ['Month-to-month', 'One year']), feature('tenure'), feature('plan')],
  label: { name: 'churn', positive: 'Yes', negative: 'No' },
  identifier: 'customer_id',
  value: null,
};
const column = (name: string, found: string): RememberedName => ({
  kind: 'column',
  level: '',
  feature: name,
  found,
});
const level = (found: string, meant: string): RememberedName => ({
  kind: 'level',
  feature: 'contract',
  found,
  level: meant,
});

describe('columns', () => {
  it('are found by name whatever their case, spaces, underscores and order', () => {
    const { features, identifier } = guessMapping(schema, ['TENURE', 'Customer ID', 'Plan_', 'con tract']);
    expect([features, identifier]).toEqual([[3, 0, 2], 1]);
  });

  it('are found by earlier matches, the newest first, if the name is not recognised', () => {
    const remembered = [column('tenure', 'dauer'), column('tenure', 'monate')];
    expect(guessMapping(schema, ['monate', 'contract'], remembered).features).toEqual([1, 0, null]);
    expect(guessMapping(schema, ['monate', 'dauer'], remembered).features).toEqual([null, 1, null]);
    expect(guessMapping(schema, ['tenure', 'dauer'], remembered).features).toEqual([null, 0, null]);
  });

  it('with their own name, or already matched, are not matched by earlier matches', () => {
    const remembered = [column('contract', 'plan'), column('contract', 'customerid'), column('tenure', 'x')];
    expect(guessMapping(schema, ['plan', 'customerid'], remembered).features).toEqual([null, null, 0]);
    const twice = [column('contract', 'x'), column('tenure', 'x')];
    expect(guessMapping(schema, ['x'], twice).features).toEqual([0, null, null]);
  });

  it('are remembered if their name is not recognised', () => {
    const mapping = { features: [0, 1, null], identifier: null, value: null };
    expect(namesToRemember(schema, ['Vertragsart ', 'Tenure'], mapping)).toEqual([
      column('contract', 'vertragsart'),
    ]);
    expect(namesToRemember(schema, ['x'.repeat(201), ''], mapping)).toEqual([]);
  });

  it('are forgotten when a person matches them otherwise, and only then', () => {
    const remembered = [column('contract', 'art'), column('tenure', 'dauer'), column('plan', 'elsewhere')];
    const mapping = { features: [null, 1, null], identifier: null, value: null };
    expect(namesToForget(schema, ['Art', 'Dauer'], mapping, remembered)).toEqual([column('contract', 'art')]);
  });
});

describe('levels', () => {
  it('are mapped as chosen, as long as the model has that level', () => {
    const remembered = [level('monthly', 'Month-to-month'), level('weekly', 'Week-to-week')];
    expect(levelMeanings(schema, remembered)).toEqual([
      { place: 0, feature: 'contract', meanings: { monthly: 'Month-to-month' } },
    ]);
  });

  it('that the model has are never mapped to others', () => {
    expect(levelMeanings(schema, [level('one year', 'Month-to-month')])).toEqual([]);
  });

  it('may be called like what every object has', () => {
    const [known] = levelMeanings(schema, [level('__proto__', 'One year'), level('constructor', 'One year')]);
    expect(Object.keys(known!.meanings).sort()).toEqual(['__proto__', 'constructor']);
  });
});
