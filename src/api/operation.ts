/**
 * An operation of the API: one entry says its address, who may call it, what it takes and answers, and what it does.
 * Routes, checks of what is sent, documentation and tests are made of these entries.
 */
import { z } from 'zod';
import type { Context } from '../context.ts';
import type { Scope } from '../domain/api-keys/scopes.ts';
import type { User } from '../domain/people/accounts.ts';
import type { ReceivedFile } from '../http/receive-file.ts';
import { readBody, readParams, readQuery } from './read-input.ts';

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** What an operation works with. */
export interface ApiRequest<Params, Query, Body> {
  readonly context: Context;
  /** Whose key it is. */
  readonly user: User;
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  /** Of an operation with `upload`. */
  readonly file: ReceivedFile | null;
}

export interface ApiAnswer<Body = unknown> {
  /** By the schema of the answer; undefined: there is none. */
  readonly body?: Body;
  /** The address of what was made, below /api/v1. */
  readonly location?: string;
  /** In place of a body: sent part by part under this name. */
  readonly download?: {
    readonly name: string;
    readonly parts: Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>;
  };
}

/** What every operation has, whatever it takes. */
interface Facts {
  /** Such as `createScores`. */
  readonly id: string;
  readonly method: Method;
  /** Below /api/v1, such as `/scores/{id}`. */
  readonly path: string;
  /** Which part of the documentation it is in. */
  readonly tag: string;
  readonly scope: Scope;
  /** In the imperative, without a full stop. */
  readonly summary: string;
  readonly description?: string;
  /** It takes one file, as the field `file` of a multipart form, with the body as its other fields. */
  readonly upload?: true;
  /** Of an answer that is no JSON, such as `text/csv`. */
  readonly downloadType?: string;
  readonly status: 200 | 201 | 202 | 204;
  /** Which problems it can answer with, beside those that every operation has. */
  readonly problems?: readonly (404 | 409 | 507)[];
}

/** As it is sent. The tests of the API send it, in the order of the table, to a site with a model and answer as it says. */
export interface Example {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Of an operation with `upload`. */
  readonly file?: { readonly name: string; readonly content: string };
  readonly answer?: unknown;
}

interface Terms<
  P extends z.ZodType,
  Q extends z.ZodType,
  B extends z.ZodType,
  A extends z.ZodType,
> extends Facts {
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  readonly answer?: A;
  readonly example: Example;
  readonly handle: (
    request: ApiRequest<z.output<P>, z.output<Q>, z.output<B>>,
  ) => Promise<ApiAnswer<z.input<A>>>;
}

/** What came with a request, unread. */
export interface RawRequest {
  readonly params: unknown;
  readonly query: object;
  readonly body: unknown;
}

type Begin = (sent: Pick<ApiRequest<never, never, never>, 'context' | 'user' | 'file'>) => Promise<ApiAnswer>;

export interface Operation extends Facts {
  readonly schemas: {
    readonly params?: z.ZodType;
    readonly query?: z.ZodType;
    readonly body?: z.ZodType;
    readonly answer?: z.ZodType;
  };
  readonly example: Example;
  /** Reads what was sent. @throws AppError where it is not as described */
  readonly prepare: (raw: RawRequest) => Begin;
}

const nothing = z.strictObject({});

export function defineOperation<
  P extends z.ZodType,
  Q extends z.ZodType,
  B extends z.ZodType,
  A extends z.ZodType,
>(terms: Terms<P, Q, B, A>): Operation {
  const { params, query, body, answer, handle, ...facts } = terms;
  return {
    ...facts,
    schemas: {
      ...(params && { params }),
      ...(query && { query }),
      ...(body && { body }),
      ...(answer && { answer }),
    },
    prepare: (raw) => {
      const read = {
        params: params && readParams(params, raw.params),
        query: readQuery(query ?? nothing, raw.query),
        body: body && readBody(body, raw.body),
      } as Pick<ApiRequest<z.output<P>, z.output<Q>, z.output<B>>, 'params' | 'query' | 'body'>;
      return (sent) => handle({ ...sent, ...read });
    },
  };
}
