/** Errors as other programs read them: problem details, RFC 9457. */
import { STATUS_CODES } from 'node:http';
import type { ErrorRequestHandler, Request, Response } from 'express';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { AppError, TryLater, Unprocessable } from '../errors.ts';
import { noteError, noteRefusal, requestIdOf, toAppError } from '../http/error-handler.ts';
import { findCallerOf } from './callers.ts';

const ProblemPlace = z.object({
  pointer: z.string().optional().meta({ description: 'JSON pointer to the field of the body.' }),
  parameter: z.string().optional().meta({ description: 'Name of the parameter of the address.' }),
  detail: z.string(),
});

export const Problem = z
  .object({
    type: z.string().meta({ description: 'Which kind of problem: stable, to be compared by programs.' }),
    title: z.string(),
    status: z.int(),
    detail: z.string().meta({ description: 'What is wrong and what to do, for people.' }),
    request_id: z
      .string()
      .nullable()
      .meta({ description: 'Under which the log of the server has this request.' }),
    errors: z.array(ProblemPlace).optional().meta({ description: 'Every field that is wrong.' }),
  })
  .meta({ id: 'Problem' });

export type InputProblem = z.infer<typeof ProblemPlace>;

/** What was sent is not as the operation describes it: every problem at once. */
export class InvalidInput extends AppError {
  readonly errors: readonly InputProblem[];

  constructor(errors: readonly InputProblem[]) {
    super(422, 'invalid-input', errors.map(({ detail }) => detail).join(' '));
    this.errors = errors;
  }
}

export function problemHandler(context: Context): ErrorRequestHandler {
  // Express recognises an error handler by its four parameters.
  // eslint-disable-next-line @typescript-eslint/no-unused-vars
  return (error: unknown, req, res, _next) => {
    const answer = toAppError(error);
    if (answer.status >= 500 || res.headersSent) noteError(context, error, req, 'API request failed');
    noteRefusal(context, answer, req, findCallerOf(req)?.user.id ?? null);
    if (res.headersSent) res.destroy();
    else sendProblem(req, res, answer);
  };
}

function sendProblem(req: Request, res: Response, answer: AppError): void {
  if (answer instanceof TryLater) res.set('Retry-After', String(answer.retryAfterSeconds));
  const problem: z.infer<typeof Problem> = {
    type: `urn:holdfast:problem:${answer.code}`,
    title: STATUS_CODES[answer.status] ?? 'Error',
    status: answer.status,
    detail: answer.message,
    request_id: requestIdOf(req),
    ...errorsOf(answer),
  };
  res.status(answer.status).type('application/problem+json').send(JSON.stringify(problem));
}

function errorsOf(answer: AppError): { readonly errors?: InputProblem[] } {
  if (answer instanceof InvalidInput) return { errors: [...answer.errors] };
  if (!(answer instanceof Unprocessable)) return {};
  return {
    errors: answer.errors.map(({ field, message }) => ({ pointer: pointerTo([field]), detail: message })),
  };
}

/** `#/customers/0/inputs/a~1b`, RFC 6901 as a fragment. */
export function pointerTo(path: readonly PropertyKey[]): string {
  const parts = path.map((part) => String(part).replaceAll('~', '~0').replaceAll('/', '~1'));
  return `#${parts.map((part) => `/${part}`).join('')}`;
}
