/** Past tests as their pages show them. */
import type { Dataset } from '../store/datasets.ts';
import type { ArmFinding, PastTestChoice, PastTestFindings } from '../store/past-test-documents.ts';
import type { PastTest, PastTestState } from '../store/past-tests.ts';
import { presentUplift, thousandWords } from './past-test-uplift.ts';
import type { ViewHelpers } from './view-helpers.ts';

const stateWords: Readonly<Record<PastTestState, string>> = {
  open: 'Columns to be chosen',
  reading: 'Being read',
  done: 'Read',
  failed: 'Failed',
};

interface PastTestListData {
  readonly tests: readonly PastTest[];
  readonly datasets: readonly Dataset[];
  readonly fileError: string | null;
}

export function presentPastTestList(h: ViewHelpers, { tests, datasets, fileError }: PastTestListData) {
  return {
    title: 'Past tests',
    fileError,
    tests: tests.map(({ id, name, state, findings, createdAt }) => ({
      href: `/past-tests/${id}`,
      name,
      state: stateWords[state],
      arms: findings === null ? h.or(null) : findings.arms.map((arm) => arm.name).join(', '),
      customers: findings === null ? h.or(null) : h.count(customersOf(findings)),
      added: h.date(createdAt),
    })),
    datasets: datasets
      .filter(({ state, kind }) => state === 'ready' && kind === 'customers')
      .map(({ id, name, version }) => ({ value: id, label: `${name}, version ${version}` })),
  };
}

interface PastTestData {
  readonly test: PastTest;
  readonly dataset: Dataset;
}

export function presentPastTest(h: ViewHelpers, { test, dataset }: PastTestData) {
  const { id, name, state, error, choice, findings } = test;
  return {
    title: name,
    href: `/past-tests/${id}`,
    datasetHref: `/datasets/${dataset.id}`,
    isReadingFile: dataset.state === 'reading',
    isUnreadable: dataset.state === 'failed',
    isReading: state === 'reading',
    problem: state === 'failed' ? error : null,
    terms: choice && termsOf(h, choice),
    findings: choice && findings && presentFindings(h, choice, findings),
  };
}

function termsOf(h: ViewHelpers, choice: PastTestChoice): string {
  const outcome = `${h.label(choice.outcomeColumn)} is ${choice.outcomeLevel}`;
  return choice.outcomeIs === 'left'
    ? `Outcome: ${outcome}, which means that the customer left.`
    : `Outcome: ${outcome}, which is what was wanted.`;
}

function presentFindings(h: ViewHelpers, choice: PastTestChoice, findings: PastTestFindings) {
  const { arms, balance, uplift } = findings;
  return {
    arms: arms.map((arm) => presentArm(h, choice, arm)),
    checks: checksOf(h, findings),
    balance: balance.map(({ column, difference, probability, isBalanced }) => ({
      column: h.label(column),
      difference: h.number(Math.round(difference * 1_000) / 1_000),
      probability: probability < 0.001 ? 'below 0.001' : h.number(Math.round(probability * 1_000) / 1_000),
      finding: isBalanced ? 'Alike' : 'Differs: not used below',
    })),
    uplift: uplift.map((found) => presentUplift(h, choice, found)),
  };
}

function presentArm(h: ViewHelpers, { outcomeIs }: PastTestChoice, arm: ArmFinding) {
  const { name, customers, events, difference } = arm;
  return {
    name,
    customers: h.count(customers),
    events: h.count(events),
    rate: h.rate(customers === 0 ? null : events / customers),
    /** To full precision, for programs that read the page. */
    exact: difference === null ? null : String(difference.value),
    difference: difference === null ? h.or(null) : thousandWords(h, difference),
    finding: difference === null ? 'Control' : findingOf(difference, outcomeIs),
  };
}

function findingOf({ low, high }: { low: number; high: number }, is: PastTestChoice['outcomeIs']): string {
  if (low <= 0 && high >= 0) return 'No difference shown';
  const isMore = low > 0;
  if (is === 'left') return isMore ? 'More customers left' : 'Fewer customers left';
  return isMore ? 'More than without' : 'Fewer than without';
}

function checksOf(h: ViewHelpers, findings: PastTestFindings): string[] {
  const { isMismatched, skippedRows, repeatedRows, balance } = findings;
  const unlike = balance.filter(({ isBalanced }) => !isBalanced).map(({ column }) => h.label(column));
  return [
    isMismatched
      ? 'The arms do not have the sizes that were planned. Find out why before you trust the result: often a file lacks some of the customers.'
      : '',
    skippedRows > 0
      ? `${h.plural(skippedRows, 'row has', 'rows have')} no arm or no outcome, or cannot be read, and ${skippedRows === 1 ? 'is' : 'are'} left out.`
      : '',
    repeatedRows > 0
      ? `${h.plural(repeatedRows, 'row repeats', 'rows repeat')} a customer. Each customer should be in the file once.`
      : '',
    unlike.length > 0
      ? `The arms differ in ${unlike.join(', ')} by more than chance explains. Such columns were known only after the test began, or customers were not assigned at random. They are not used to find who reacts.`
      : '',
  ].filter((check) => check !== '');
}

function customersOf({ arms }: PastTestFindings): number {
  return arms.reduce((sum, { customers }) => sum + customers, 0);
}
