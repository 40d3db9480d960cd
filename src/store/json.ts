/** JSON columns are parsed with the schema of what they hold: a damaged record names itself where it is read. */
import type { z } from 'zod';
import { DamagedRecord } from '../errors.ts';

/** What a schema gives, for those who only read it. */
export type Stored<T> = T extends readonly (infer Item)[]
  ? readonly Stored<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: Stored<T[Key]> }
    : T;

/** `of`: what the record is and its number, such as `rule 12`. @throws DamagedRecord */
export function readJson<S extends z.ZodType>(schema: S, text: string, of: string): Stored<z.output<S>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new DamagedRecord(of, 'it is not JSON');
  }
  const result = schema.safeParse(value);
  if (!result.success) throw new DamagedRecord(of, problemOf(result.error));
  // The cast only adds `readonly`: the schema's output is plain data.
  return result.data as Stored<z.output<S>>;
}

/** Null where nothing is stored. @throws DamagedRecord */
export function readJsonOrNull<S extends z.ZodType>(
  schema: S,
  text: string | null,
  of: string,
): Stored<z.output<S>> | null {
  return text === null ? null : readJson(schema, text, of);
}

function problemOf({ issues }: z.ZodError): string {
  const [issue] = issues;
  const place = issue?.path.join('.') ?? '';
  return `${place === '' ? '' : `${place}: `}${issue?.message ?? 'it is invalid'}`;
}
