/** Input is checked by a schema beside its route; every problem is reported at once. */
import type { Request } from 'express';
import { z } from 'zod';
import { AppError, NotFound, Unprocessable } from '../errors.ts';
import type { FieldError } from '../errors.ts';

/** A line of text in a form. */
export const limitedText = (max: number) => z.string().trim().max(max, `Use at most ${max} characters.`);

/** A row's number in a form or an address; '' is none. */
export const optionalId = z
  .union([z.literal(''), z.coerce.number().int().positive().max(2_147_483_647)])
  .default('');

/** Messages for schemas that define none. */
const plainWords = { error: () => 'This is missing, or it cannot be read as it is.' };

export type FormResult<T> =
  | { readonly ok: true; readonly data: T }
  | {
      readonly ok: false;
      readonly errors: readonly FieldError[];
      readonly values: Readonly<Record<string, string>>;
    };

/**
 * Reads a submitted form. Unknown fields are dropped. Errors come in the order of the schema's fields, which is the
 * order on the page; `others` are those that no schema finds.
 * @throws AppError 400 when a field is given twice that takes one value.
 */
export function parseForm<T>(
  schema: z.ZodType<T>,
  body: unknown,
  others: readonly FieldError[] = [],
): FormResult<T> {
  const result = schema.safeParse(body ?? {}, plainWords);
  if (result.success && others.length === 0) return { ok: true, data: result.data };
  const found = (result.error?.issues ?? []).map((issue) => ({
    field: issue.path.map(String).join('.'),
    message: issue.message,
  }));
  const fields = schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
  return { ok: false, errors: inPageOrder([...found, ...others], fields), values: textValues(body) };
}

/** Fields that nobody types, such as hidden ones and those of a select. @throws Unprocessable */
export function parseFields<T>(schema: z.ZodType<T>, body: unknown): T {
  const form = parseForm(schema, body);
  if (form.ok) return form.data;
  const words = form.errors.map(({ field }) => `‘${field}’`).join(', ');
  throw new Unprocessable(
    form.errors,
    `What was sent for ${words} cannot be used. Go back and choose again.`,
  );
}

/** One message a field: its first. */
function inPageOrder(errors: readonly FieldError[], fields: readonly string[]): FieldError[] {
  const place = ({ field }: FieldError): number => fields.indexOf(field.split('.')[0]!);
  return errors
    .filter(({ field }, i) => errors.findIndex((other) => other.field === field) === i)
    .sort((a, b) => place(a) - place(b));
}

/** What was typed, to be shown again; never a password. */
export function textValues(body: unknown): Record<string, string> {
  const values: Record<string, string> = Object.create(null) as Record<string, string>;
  if (typeof body !== 'object' || body === null) return values;
  for (const [name, value] of Object.entries(body)) {
    if (typeof value === 'string' && !/password/i.test(name) && name !== '_csrf') values[name] = value;
  }
  return values;
}

/** The values of boxes of one name that were ticked. */
export function chosenValues(body: unknown, name: string): string[] {
  const values = ((body ?? {}) as Readonly<Record<string, unknown>>)[name];
  return (Array.isArray(values) ? values : [values]).filter((value) => typeof value === 'string');
}

/**
 * Reads filters, sort and page from the address. An invalid value falls back to its default, field by
 * field, which `noted` reports.
 */
export function parseQuery<Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape>,
  query: Request['query'],
): { readonly data: z.infer<z.ZodObject<Shape>>; readonly noted: boolean } {
  refuseRepeated(query);
  const given: Record<string, unknown> = { ...query };
  const first = schema.safeParse(given);
  if (first.success) return { data: first.data, noted: false };
  for (const issue of first.error.issues) Reflect.deleteProperty(given, String(issue.path[0]));
  return { data: schema.parse(given), noted: true };
}

/** `id=1&id=2` is ambiguous. */
function refuseRepeated(query: Request['query']): void {
  const repeated = Object.entries(query).find(([, value]) => typeof value !== 'string');
  if (repeated)
    throw new AppError(
      400,
      'repeated-parameter',
      `The address contains '${repeated[0]}' more than once. Remove the repetition.`,
    );
}

/** A row's number in the address. @throws NotFound */
export function idParam(req: Request, name = 'id'): number {
  const id = scoreIdParam(req, name);
  if (id > 2_147_483_647) throw new NotFound();
  return id;
}

/** A score's number in the address: those of batches are larger than the numbers of other rows. @throws NotFound */
export function scoreIdParam(req: Request, name = 'id'): number {
  const id = scoreId(req.params[name]);
  if (id === null) throw new NotFound();
  return id;
}

/** A score's number, as it stands in addresses and forms; null: the text is none. */
export function scoreId(text: unknown): number | null {
  const id = typeof text === 'string' && /^[1-9]\d{0,15}$/.test(text) ? Number(text) : null;
  return Number.isSafeInteger(id) ? id : null;
}
