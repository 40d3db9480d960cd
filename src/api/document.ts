/** The OpenAPI document, made of the operations and of the schemas that check what is sent. */
import { STATUS_CODES } from 'node:http';
import { z } from 'zod';
import { createDocument } from 'zod-openapi';
import type { ZodOpenApiOperationObject, ZodOpenApiPathsObject, ZodOpenApiResponseObject } from 'zod-openapi';
import { scopes } from '../domain/api-keys/scopes.ts';
import { softwareVersion } from '../software-version.ts';
import type { Operation } from './operation.ts';
import { Problem } from './problems.ts';

const description = `Everything that other programs do with Holdfast. Keys are made under Settings, API keys, and sent as
\`Authorization: Bearer hf_…\`. Errors are problem details (RFC 9457). Requests other than GET can carry an
\`Idempotency-Key\`: sent again within 24 hours, they are answered as the first time and nothing is done twice.`;

const idempotencyKey = z.string().min(1).max(255).optional().meta({
  description: 'A name of your own for this request, such as a UUID: a repetition is not carried out again.',
});

/** What any operation can answer. */
const usualProblems = [400, 401, 403, 404, 422, 429, 500, 503];
const problemsOfBodies = [409, 410, 413, 415, 507];

export function describeApi(operations: readonly Operation[]) {
  const tags = [...new Set(operations.map(({ tag }) => tag))];
  return createDocument({
    openapi: '3.1.1',
    info: {
      title: 'Holdfast',
      version: softwareVersion,
      description,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/api/v1' }],
    tags: tags.map((name) => ({ name })),
    paths: pathsOf(operations),
    components: {
      securitySchemes: { key: { type: 'http', scheme: 'bearer', description: 'A key such as hf_….' } },
    },
  });
}

function pathsOf(operations: readonly Operation[]): ZodOpenApiPathsObject {
  const paths: ZodOpenApiPathsObject = {};
  for (const operation of operations)
    paths[operation.path] = { ...paths[operation.path], [operation.method]: describeOperation(operation) };
  return paths;
}

function describeOperation(operation: Operation): ZodOpenApiOperationObject {
  const { id, tag, summary, description: text, scope, schemas, method } = operation;
  const needs = `Needs the scope \`${scope}\`, and a key whose person may ${scopes[scope].label}.`;
  return {
    operationId: id,
    tags: [tag],
    summary,
    description: text === undefined ? needs : `${text}\n\n${needs}`,
    security: [{ key: [scope] }],
    requestParams: {
      ...(schemas.params && { path: schemas.params as z.ZodObject }),
      ...(schemas.query && { query: schemas.query as z.ZodObject }),
      ...(method !== 'get' && { header: z.object({ 'Idempotency-Key': idempotencyKey }) }),
    },
    ...bodyOf(operation),
    responses: responsesOf(operation),
  };
}

function bodyOf({ schemas, upload, example }: Operation): Pick<ZodOpenApiOperationObject, 'requestBody'> {
  if (upload) {
    const file = z
      .string()
      .meta({ override: { type: 'string', contentMediaType: 'application/octet-stream' } });
    const fields = schemas.body instanceof z.ZodObject ? schemas.body.shape : {};
    return {
      requestBody: {
        required: true,
        content: { 'multipart/form-data': { schema: z.object({ ...fields, file }) } },
      },
    };
  }
  if (!schemas.body) return {};
  return {
    requestBody: {
      required: true,
      content: { 'application/json': { schema: schemas.body, example: example.body } },
    },
  };
}

function responsesOf(operation: Operation): ZodOpenApiOperationObject['responses'] {
  const { status, method, problems = [] } = operation;
  const statuses = [...usualProblems, ...problems, ...(method === 'get' ? [] : problemsOfBodies)];
  const failures = new Map<string, ZodOpenApiResponseObject>();
  for (const code of [...new Set(statuses)].sort((a, b) => a - b))
    failures.set(String(code), {
      description: STATUS_CODES[code] ?? 'Problem',
      content: { 'application/problem+json': { schema: Problem } },
    });
  return { [String(status)]: answerOf(operation), ...Object.fromEntries(failures) };
}

function answerOf({ status, schemas, downloadType, example }: Operation): ZodOpenApiResponseObject {
  const words = STATUS_CODES[status] ?? 'Done';
  if (downloadType !== undefined)
    return { description: words, content: { [downloadType]: { schema: z.string() } } };
  if (!schemas.answer) return { description: words };
  return {
    description: words,
    content: { 'application/json': { schema: schemas.answer, example: example.answer } },
  };
}
