/** Promotion tests: the list, and the form of one. */
import { describeTest, TestDefinition } from '../domain/models/promotion-tests.ts';
import type { FieldError } from '../errors.ts';
import type { PromotionTestRecord } from '../store/promotion-tests.ts';
import type { ViewHelpers } from './view-helpers.ts';

type Values = Readonly<Record<string, string>>;

export function presentPromotionTests(h: ViewHelpers, tests: readonly PromotionTestRecord[]) {
  return {
    title: 'Promotion tests',
    tests: tests.map(({ id, name, definition, enabled, createdAt }) => ({
      href: `/models/tests/${id}`,
      name,
      requirement: requirementText(definition),
      state: enabled ? 'In use' : 'Not in use',
      added: h.date(createdAt),
    })),
  };
}

function requirementText(definition: unknown): string {
  const read = TestDefinition.safeParse(definition);
  return read.success ? describeTest(read.data) : 'This test cannot be read. Remove it and add it again.';
}

export interface PromotionTestFormData {
  /** Null: a new test. */
  readonly id: number | null;
  readonly values: Values;
  /** Columns of the active model. */
  readonly columns: readonly string[];
  readonly errors: readonly FieldError[];
}

const newPath = '/models/tests/new';
const customerPath = `${newPath}?kind=golden`;

export function presentPromotionTestForm(h: ViewHelpers, form: PromotionTestFormData) {
  const { id, values, errors } = form;
  const isKnownCustomer = values['kind'] === 'golden';
  const path = id === null ? '/models/tests' : `/models/tests/${id}`;
  return {
    title: id === null ? 'Add a promotion test' : 'Change a promotion test',
    path,
    removalPath: id === null ? null : `${path}/removal`,
    kind: isKnownCustomer ? 'golden' : 'direction',
    isKnownCustomer,
    kinds:
      id === null
        ? [
            { href: newPath, label: 'A change of one column', isCurrent: !isKnownCustomer },
            { href: customerPath, label: 'A customer you know', isCurrent: isKnownCustomer },
          ]
        : [],
    nameHint: isKnownCustomer
      ? 'For example: our longest-standing business customer.'
      : 'For example: a longer contract does not raise the churn probability.',
    customerHint:
      id === null
        ? 'Open the customer: the number is at the end of the address.'
        : 'Leave blank to keep the same customer.',
    values,
    columnOptions: columnOptions(h, form),
    directionOptions: ['rise', 'fall'].map((direction) => ({ value: direction, label: direction })),
    errors,
  };
}

/** The columns of the active model, and the test's own where the model does not have it. */
function columnOptions(h: ViewHelpers, { columns, values }: PromotionTestFormData) {
  const chosen = values['feature'] ?? '';
  const names = chosen === '' || columns.includes(chosen) ? columns : [...columns, chosen];
  return [
    { value: '', label: 'Choose a column' },
    ...names.map((name) => ({ value: name, label: h.label(name) })),
  ];
}
