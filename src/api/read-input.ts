/** Checks parameters and bodies by the schemas that the documentation is made of; every problem at once. */
import type { z } from 'zod';
import { AppError, NotFound } from '../errors.ts';
import { InvalidInput, pointerTo } from './problems.ts';
import type { InputProblem } from './problems.ts';

/** Messages for schemas that define none. */
const plainWords = {
  error: ({ code, input }: { readonly code: string; readonly input?: unknown }) =>
    code === 'invalid_type' && input === undefined ? 'This is missing.' : undefined,
};

/** @throws NotFound: an address with other parameters leads nowhere */
export function readParams<S extends z.ZodType>(schema: S, params: unknown): z.output<S> {
  const result = schema.safeParse(params);
  if (!result.success) throw new NotFound('address');
  return result.data;
}

/** @throws InvalidInput, AppError 400 for a parameter that is there twice */
export function readQuery<S extends z.ZodType>(schema: S, query: object): z.output<S> {
  const twice = Object.entries(query).find(([, value]) => typeof value !== 'string');
  if (twice)
    throw new AppError(400, 'repeated-parameter', `The address contains '${twice[0]}' more than once.`);
  if (Object.values(query).some((value) => String(value).includes('\0')))
    throw new AppError(400, 'nul', 'The address contains a NUL character. Remove it.');
  return read(schema, query, (path) => ({ parameter: path.map(String).join('.') }));
}

/** @throws InvalidInput */
export function readBody<S extends z.ZodType>(schema: S, body: unknown): z.output<S> {
  return read(schema, body, (path) => ({ pointer: pointerTo(path) }));
}

type Place = Omit<InputProblem, 'detail'>;

function read<S extends z.ZodType>(
  schema: S,
  value: unknown,
  placeOf: (path: readonly PropertyKey[]) => Place,
): z.output<S> {
  const result = schema.safeParse(value, plainWords);
  if (result.success) return result.data;
  const problems = result.error.issues.flatMap((issue): InputProblem[] =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({ ...placeOf([...issue.path, key]), detail: `'${key}' is not known here.` }))
      : [{ ...placeOf(issue.path), detail: issue.message }],
  );
  throw new InvalidInput(problems);
}
