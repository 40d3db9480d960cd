/** The operations of the API, to read and to try. */
import type { Request, Response } from 'express';
import { operations } from '../api/operations/index.ts';
import { apiPath } from '../api/paths.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { presentApiReference } from '../presenters/api-reference.ts';

declare module '../http/render.ts' {
  interface Pages {
    'api-reference/show': PageData & ReturnType<typeof presentApiReference>;
  }
}

export function createApiReferenceHandlers() {
  return {
    show: async (_req: Request, res: Response) => {
      await render(res, 'api-reference/show', presentApiReference(apiPath, operations));
    },
  };
}
