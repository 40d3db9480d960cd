/** The form of a promotion test: from its fields to a test, and back. */
import { z } from 'zod';
import { TestDefinition } from '../domain/models/promotion-tests.ts';
import type { CellValue } from '../ml/data/values.ts';
import { typedPercent } from '../format.ts';
import { limitedText, parseForm } from '../http/validate.ts';
import type { FormResult } from '../http/validate.ts';
import type { PromotionTestRecord } from '../store/promotion-tests.ts';

export type TestFormValues = Readonly<Record<string, string>>;

const percentage = z
  .string()
  .trim()
  .regex(/^\d{1,3}([.,]\d+)?$/, 'Enter a percentage such as 10.')
  .transform((text) => Number(text.replace(',', '.')) / 100)
  .refine((value) => value <= 1, 'Enter a percentage from 0 to 100.');

const shared = {
  name: limitedText(200).min(1, 'Enter a name for the test.'),
  enabled: z.enum(['yes']).optional(),
};
const TestForm = z.discriminatedUnion(
  'kind',
  [
    z.object({
      ...shared,
      kind: z.literal('direction'),
      feature: limitedText(200).min(1, 'Choose a column.'),
      from: limitedText(200),
      to: limitedText(200).min(1, 'Enter the value to change to.'),
      mustNot: z.enum(['rise', 'fall'], 'Choose whether the churn probability must not rise or not fall.'),
      allowed: percentage,
    }),
    z
      .object({
        ...shared,
        kind: z.literal('golden'),
        customer: z
          .string()
          .trim()
          .regex(/^([1-9]\d{0,15})?$/, 'Enter the number of a score, as in the address of its page.'),
        low: percentage,
        high: percentage,
      })
      .refine(({ low, high }) => low <= high, {
        path: ['low'],
        message: 'The lowest probability is above the highest.',
      }),
  ],
  'Choose the kind of test.',
);
export type TestForm = z.infer<typeof TestForm>;

export function readTestForm(body: unknown): FormResult<TestForm> {
  return parseForm(TestForm, body);
}

type Inputs = Readonly<Record<string, CellValue>>;

/** `inputs`: those of the known customer; null where they are not found. */
export function definitionOf(form: TestForm, inputs: Inputs | null): TestDefinition | null {
  if (form.kind === 'direction') {
    const { kind, feature, from, to, mustNot, allowed } = form;
    return { kind, feature, from, to, mustNot, allowed };
  }
  return inputs && { kind: 'golden', inputs: { ...inputs }, low: form.low, high: form.high };
}

export function toFormValues({ name, definition, enabled }: PromotionTestRecord): TestFormValues {
  const read = TestDefinition.safeParse(definition);
  const values = { name, enabled: enabled ? 'yes' : '' };
  if (!read.success) return { ...values, kind: 'direction' };
  if (read.data.kind === 'golden') {
    const { kind, low, high } = read.data;
    return { ...values, kind, customer: '', low: typedPercent(low), high: typedPercent(high) };
  }
  const { kind, feature, from, to, mustNot, allowed } = read.data;
  return { ...values, kind, feature, from, to, mustNot, allowed: typedPercent(allowed) };
}
