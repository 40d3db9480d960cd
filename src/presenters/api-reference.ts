/** The operations of the API as their page shows them, each with a form that sends it. */
import type { Operation } from '../api/operation.ts';

export function presentApiReference(apiPath: string, operations: readonly Operation[]) {
  const tags = [...new Set(operations.map(({ tag }) => tag))];
  return {
    title: 'API',
    scripts: ['try-api'],
    documentPath: `${apiPath}/openapi.json`,
    groups: tags.map((tag) => ({
      tag,
      operations: operations
        .filter((one) => one.tag === tag)
        .map((operation) => presentOperation(apiPath, operation)),
    })),
  };
}

function presentOperation(apiPath: string, operation: Operation) {
  const { id, method, path, summary, description, scope, status, example, upload } = operation;
  return {
    ...{ id, summary, scope, status },
    description: description ?? null,
    method: method.toUpperCase(),
    address: `${apiPath}${path}`,
    isUpload: upload === true,
    body: jsonOf(example.body),
    answer: jsonOf(example.answer),
    fields: [...fieldsOf('path', example.params), ...fieldsOf('query', example.query)],
  };
}

function fieldsOf(place: 'path' | 'query', values: Readonly<Record<string, string>> = {}) {
  return Object.entries(values).map(([name, value]) => ({ place, name, value }));
}

function jsonOf(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value, null, 2);
}
