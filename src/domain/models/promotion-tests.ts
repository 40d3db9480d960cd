/**
 * Promotion tests: what a model has to meet before it scores customers. Either a change of one column must not raise (or
 * lower) the churn probability, or a known customer's probability must be in a range.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { rateText, shareText } from '../../format.ts';
import type { Model } from '../../ml/model/model.ts';
import { isNumeric } from '../../ml/data/row-reader.ts';
import type { Feature } from '../../ml/data/schema.ts';
import { largestNumber, parseDate } from '../../ml/data/values.ts';
import type { CellValue } from '../../ml/data/values.ts';
import type { PromotionTestRecord } from '../../store/promotion-tests.ts';
import type { LatestCustomer } from '../../store/score-files/samples.ts';
import { typedNumber } from '../scoring/cell-values.ts';
import { foldName } from '../csv/column-names.ts';
import { cellsOf } from '../scoring/customer-cells.ts';
import { createScorer, scoreCustomers } from '../scoring/scoring.ts';

const cell = z.string().trim().max(200);
const input = z.union([cell, z.number().min(-largestNumber).max(largestNumber), z.null()]);
const share = z.number().min(0).max(1);

export const TestDefinition = z.discriminatedUnion('kind', [
  /** Changing `feature` from `from` to `to` must not raise (or lower) the churn probability. */
  z.object({
    kind: z.literal('direction'),
    feature: z.string().min(1),
    /** '': the customer's own value. */
    from: cell,
    to: cell.min(1),
    mustNot: z.enum(['rise', 'fall']),
    /** Share of customers allowed as exceptions. */
    allowed: share,
  }),
  /** The churn probability of a known customer must be in a range. */
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
  /** What the test found, a sentence. */
  readonly seen: string;
}

/** Smaller differences are rounding. */
const tolerance = 1e-9;
const noRules = { mediumFrom: 0.5, highFrom: 1, valueMonths: 12, valueMargin: 1, rules: [] };

/** Runs the tests in use; changes of one column are tested on `customers`. */
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
        return { test, outcome: 'failed', seen: 'This test cannot be read. Remove it and add it again.' };
      const outcome =
        definition.data.kind === 'direction'
          ? testDirection(model, definition.data, customers)
          : testKnownCustomer(model, definition.data);
      return { test, ...outcome };
    });
}

/** Identifies the failing tests, so that they can be accepted as they were shown; null: none fails. */
export function failuresOf(results: readonly TestResult[]): string | null {
  const failed = results.filter(({ outcome }) => outcome === 'failed');
  return failed.length === 0 ? null : fingerprint(failed.map(({ test }) => test));
}

/** True when these are the results of all tests in use, as they are now. */
export function areResultsOf(results: readonly TestResult[], tests: readonly PromotionTestRecord[]): boolean {
  const enabled = tests.filter((test) => test.enabled);
  return fingerprint(enabled) === fingerprint(results.map(({ test }) => test));
}

function fingerprint(tests: readonly PromotionTestRecord[]): string {
  const asked = JSON.stringify(tests.map(({ id, definition }) => [id, definition]));
  return createHash('sha256').update(asked).digest('hex');
}

/** In plain words: 'Contract from Month-to-month to Two year must not raise the churn probability'. */
export function describeTest(definition: TestDefinition): string {
  if (definition.kind === 'golden')
    return `The churn probability of a known customer is ${shareText(definition.low)} to ${shareText(definition.high)}`;
  const { feature, from, to, mustNot, allowed } = definition;
  const start = from === '' ? `${feature} set to ${to}` : `${feature} from ${from} to ${to}`;
  const exceptions = allowed === 0 ? '' : `, except for ${shareText(allowed)} of customers`;
  return `${start} must not ${mustNot === 'rise' ? 'raise' : 'lower'} the churn probability${exceptions}`;
}

/** Probabilities of customers given as feature → value; null where a customer cannot be scored. */
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

function testDirection(
  model: Model,
  { feature, from, to, mustNot, allowed }: Extract<TestDefinition, { kind: 'direction' }>,
  customers: readonly LatestCustomer[],
): Outcome {
  const known = model.schema.features.find(({ name }) => foldName(name) === foldName(feature));
  if (!known) return notApplicable(`The model does not use ${feature}.`);
  const unseen = [from, to].find((text) => text !== '' && !isNumeric(known) && !hasLevel(known.levels, text));
  if (unseen !== undefined) return notApplicable(`${feature} “${unseen}” did not occur in training.`);
  const unreadable = [from, to].find((text) => text !== '' && valueOf(known, text) === null);
  if (unreadable !== undefined)
    return notApplicable(`${feature} is a ${known.type} in this model, and “${unreadable}” is not one.`);
  if (customers.length === 0)
    return notApplicable('No customers have been scored yet, so there is nothing to test on.');
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
  if (tried === 0) return notApplicable('The model cannot score any of the stored customers.');
  const seen = `${wrong} of ${tried} customers have a ${mustNot === 'rise' ? 'higher' : 'lower'} churn probability with ${feature} ${to}.`;
  return { outcome: wrong <= allowed * tried ? 'passed' : 'failed', seen };
}

function testKnownCustomer(
  model: Model,
  { inputs, low, high }: Extract<TestDefinition, { kind: 'golden' }>,
): Outcome {
  const given = new Set(Object.keys(inputs).map(foldName));
  const missing = model.schema.features.filter(({ name }) => !given.has(foldName(name)));
  if (missing.length === model.schema.features.length)
    return notApplicable('The customer has none of the columns of the model.');
  const [probability] = scoreInputs(model, [inputs]);
  if (probability === null || probability === undefined)
    return { outcome: 'failed', seen: 'The model cannot score this customer: a value cannot be read.' };
  const blanks = missing.length === 0 ? '' : ` ${missing.length} of the model’s columns are missing.`;
  return {
    outcome: probability >= low - tolerance && probability <= high + tolerance ? 'passed' : 'failed',
    seen: `The churn probability is ${rateText(probability)}.${blanks}`,
  };
}

function notApplicable(seen: string): Outcome {
  return { outcome: 'not applicable', seen };
}

/** Typed text as a value of the feature; null: not a number, or not a date. */
function valueOf({ type }: Feature, text: string): CellValue {
  if (type === 'number') return typedNumber(text);
  return type === 'date' && parseDate(text) === null ? null : text;
}

function hasLevel(levels: readonly string[], text: string): boolean {
  return levels.some((level) => level.trim().toLowerCase() === text.trim().toLowerCase());
}
