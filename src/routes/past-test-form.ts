/** The form that says what the columns of a past test are. */
import { z } from 'zod';
import { typedPercent } from '../format.ts';
import type { FieldError } from '../errors.ts';
import { parseForm } from '../http/validate.ts';
import type { FormResult } from '../http/validate.ts';
import { pairValue } from '../presenters/past-test-columns.ts';
import type { PastTestChoice } from '../store/past-test-documents.ts';

/** A column and one of its levels, as the value of an option. */
const Pair = z.tuple([z.string(), z.string()]);

const pair = (message: string) =>
  z.string().transform((text, context) => {
    const found = Pair.safeParse(jsonOrNull(text));
    if (found.success) return found.data;
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  });

/** Its fields are in the order of the page. */
const ColumnsForm = z.object({
  control: pair('Choose the control group.'),
  outcome: pair('Choose the outcome.'),
  outcomeIs: z.enum(['left', 'won'], { error: 'Say what the outcome means.' }),
  controlShare: z
    .string()
    .trim()
    .regex(/^(\d{1,2}([.,]\d+)?)?$/, 'Enter a percentage such as 50, or leave it blank.')
    .transform((text) => (text === '' ? null : Number(text.replace(',', '.')) / 100))
    .refine((share) => share === null || (share > 0 && share < 1), 'Enter a percentage above 0, below 100.'),
});

const inputName = /^input(\d{1,4})$/;

/** `names`: of the columns offered as inputs, in the order of the form. */
export function readColumnsForm(
  body: unknown,
  names: readonly string[],
  others: readonly FieldError[] = [],
): FormResult<PastTestChoice> {
  const form = parseForm(ColumnsForm, body, others);
  if (!form.ok) return form;
  const { control, outcome, outcomeIs, controlShare } = form.data;
  const [armColumn, controlArm] = control;
  const [outcomeColumn, outcomeLevel] = outcome;
  const inputs = names.filter((_, place) => isTicked(body, place));
  return {
    ok: true,
    data: { armColumn, controlArm, outcomeColumn, outcomeLevel, outcomeIs, controlShare, inputs },
  };
}

export function toColumnsValues(choice: PastTestChoice, names: readonly string[]): Record<string, string> {
  const { armColumn, controlArm, outcomeColumn, outcomeLevel, outcomeIs, controlShare, inputs } = choice;
  return {
    control: pairValue(armColumn, controlArm),
    outcome: pairValue(outcomeColumn, outcomeLevel),
    outcomeIs,
    controlShare: controlShare === null ? '' : typedPercent(controlShare),
    ...tickAll(names, (name) => inputs.includes(name)),
  };
}

/** `input0`, `input1` and so on, `yes` for those that are wanted. */
export function tickAll(
  names: readonly string[],
  isWanted: (name: string) => boolean,
): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name, place) => (isWanted(name) ? [[`input${place}`, 'yes']] : [])),
  );
}

function isTicked(body: unknown, place: number): boolean {
  return Object.entries(body ?? {}).some(
    ([name, value]) => value === 'yes' && Number(inputName.exec(name)?.[1] ?? -1) === place,
  );
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
