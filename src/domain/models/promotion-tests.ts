/** What analysts demand of a model before it scores anybody: directions, and customers they know. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { rateText, shareText } from '../../format.ts';
import type { Model } from '../../ml/model/model.ts';
import { isNumeric } from '../../ml/data/row-reader.ts';
import type { Feature } from '../../ml/data/schema.ts';
import { largestNumber, parseDate } from '../../ml/data/values.ts';
import type { CellValue } from '../../ml/data/values.ts';
import type { LatestCustomer } from '../../store/latest-customers.ts';
import type { PromotionTestRecord } from '../../store/promotion-tests.ts';
import { typedNumber } from '../scoring/cell-values.ts';
import { foldName } from '../csv/column-names.ts';
import { cellsOf } from '../scoring/customer-cells.ts';
import { createScorer, scoreCustomers } from '../scoring/scoring.ts';

const cell = z.string().trim().max(200);
const input = z.union([cell, z.number().min(-largestNumber).max(largestNumber), z.null()]);
const share = z.number().min(0).max(1);

export const TestDefinition = z.discriminatedUnion('kind', [
  /** The same customer with `feature` at `to` instead of `from` must not score higher (or lower). */
  z.object({
    kind: z.literal('direction'),
    feature: z.string().min(1),
    /** '': whatever the customer has. */
    from: cell,
    to: cell.min(1),
    mustNot: z.enum(['rise', 'fall']),
    /** Share of customers that may do so all the same. */
    allowed: share,
  }),
  /** A customer that everybody knows must score within a range. */
  z.object({
    kind: z.literal('golden'),
    inputs: z.record(z.string(), input),
    low: share,
    high: share,
  }),
]);
export type TestDefinition = z.infer<typeof TestDefinition>;

export interface TestResult {
  readonly test: PromotionTestRecord;
  readonly outcome: 'passed' | 'failed' | 'not applicable';
  /** What was seen, in words. */
  readonly seen: string;
}

/** Differences below this are rounding, not direction. */
const tolerance = 1e-9;
const noRules = { mediumFrom: 0.5, highFrom: 1, valueMonths: 12, rules: [] };

/** Every enabled test against the model; directions are tried on `customers`. */
export function runPromotionTests(
  model: Model,
  tests: readonly PromotionTestRecord[],
  customers: readonly LatestCustomer[],
): TestResult[] {
  return tests
    .filter(({ enabled }) => enabled)
    .map((test) => {
      const definition = TestDefinition.safeParse(test.definition);
      if (!definition.success)
        return { test, outcome: 'failed', seen: 'The test cannot be read; write it anew.' };
      const outcome =
        definition.data.kind === 'direction'
          ? tryDirection(model, definition.data, customers)
          : tryGolden(model, definition.data);
      return { test, ...outcome };
    });
}

/** What a person accepts who activates a model although these tests fail; null: none fails. */
export function failuresOf(results: readonly TestResult[]): string | null {
  const failed = results.filter(({ outcome }) => outcome === 'failed');
  return failed.length === 0 ? null : fingerprint(failed.map(({ test }) => test));
}

/** True when these are the results of all tests that are switched on, as they are. */
export function areResultsOf(results: readonly TestResult[], tests: readonly PromotionTestRecord[]): boolean {
  const enabled = tests.filter((test) => test.enabled);
  return fingerprint(enabled) === fingerprint(results.map(({ test }) => test));
}

function fingerprint(tests: readonly PromotionTestRecord[]): string {
  const asked = JSON.stringify(tests.map(({ id, definition }) => [id, definition]));
  return createHash('sha256').update(asked).digest('hex');
}

/** In plain words: 'Contract from Month-to-month to Two year must not raise the score'. */
export function describeTest(definition: TestDefinition): string {
  if (definition.kind === 'golden')
    return `A known customer scores ${shareText(definition.low)} to ${shareText(definition.high)}`;
  const { feature, from, to, mustNot, allowed } = definition;
  const start = from === '' ? `${feature} set to ${to}` : `${feature} from ${from} to ${to}`;
  const grace = allowed === 0 ? '' : `, but for ${shareText(allowed)} of customers`;
  return `${start} must not ${mustNot === 'rise' ? 'raise' : 'lower'} the score${grace}`;
}

/** Probabilities of customers given as feature → value; null where a row is refused. */
export function scoreInputs(
  model: Model,
  inputs: readonly Readonly<Record<string, CellValue>>[],
): (number | null)[] {
  if (inputs.length === 0) return [];
  const scorer = createScorer(model, noRules, inputs.length);
  const rows = inputs.map((customer) => ({ cells: cellsOf(model.schema, customer) }));
  return scoreCustomers(scorer, rows, '.').map((result) => (result.ok ? result.customer.probability : null));
}

type Outcome = Omit<TestResult, 'test'>;

function tryDirection(
  model: Model,
  { feature, from, to, mustNot, allowed }: Extract<TestDefinition, { kind: 'direction' }>,
  customers: readonly LatestCustomer[],
): Outcome {
  const known = model.schema.features.find(({ name }) => foldName(name) === foldName(feature));
  if (!known) return notApplicable(`The model does not use ${feature}.`);
  const unseen = [from, to].find((text) => text !== '' && !isNumeric(known) && !hasLevel(known.levels, text));
  if (unseen !== undefined) return notApplicable(`The model has never seen ${feature} ${unseen}.`);
  const unreadable = [from, to].find((text) => text !== '' && valueOf(known, text) === null);
  if (unreadable !== undefined)
    return notApplicable(`The model reads ${feature} as a ${known.type}, and ${unreadable} is not one.`);
  if (customers.length === 0) return notApplicable('Nobody was scored yet to try it on.');
  const before = customers.map(({ inputs }) =>
    from === '' ? inputs : { ...inputs, [feature]: valueOf(known, from) },
  );
  const after = customers.map(({ inputs }) => ({ ...inputs, [feature]: valueOf(known, to) }));
  const [first, second] = [scoreInputs(model, before), scoreInputs(model, after)];
  let wrong = 0;
  let tried = 0;
  first.forEach((p, i) => {
    const q = second[i];
    if (p === null || q === null || q === undefined) return;
    tried++;
    if (mustNot === 'rise' ? q > p + tolerance : q < p - tolerance) wrong++;
  });
  if (tried === 0) return notApplicable('None of the stored customers can be scored by this model.');
  const seen = `${wrong} of ${tried} customers score ${mustNot === 'rise' ? 'higher' : 'lower'} with ${feature} ${to}.`;
  return { outcome: wrong <= allowed * tried ? 'passed' : 'failed', seen };
}

function tryGolden(
  model: Model,
  { inputs, low, high }: Extract<TestDefinition, { kind: 'golden' }>,
): Outcome {
  const given = new Set(Object.keys(inputs).map(foldName));
  const missing = model.schema.features.filter(({ name }) => !given.has(foldName(name)));
  if (missing.length === model.schema.features.length)
    return notApplicable('The customer has none of the columns that the model uses.');
  const [probability] = scoreInputs(model, [inputs]);
  if (probability === null || probability === undefined)
    return { outcome: 'failed', seen: 'The model refuses this customer: a value cannot be read.' };
  const blanks = missing.length === 0 ? '' : ` ${missing.length} columns are not known of this customer.`;
  return {
    outcome: probability >= low - tolerance && probability <= high + tolerance ? 'passed' : 'failed',
    seen: `The customer scores ${rateText(probability)}.${blanks}`,
  };
}

function notApplicable(seen: string): Outcome {
  return { outcome: 'not applicable', seen };
}

/** What a person typed, as the model takes it; null: it is no number, or no date. */
function valueOf({ type }: Feature, text: string): CellValue {
  if (type === 'number') return typedNumber(text);
  return type === 'date' && parseDate(text) === null ? null : text;
}

function hasLevel(levels: readonly string[], text: string): boolean {
  return levels.some((level) => level.trim().toLowerCase() === text.trim().toLowerCase());
}
