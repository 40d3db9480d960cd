/** The glossary page: definitions of the terms used on the pages. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Request, Response } from 'express';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { projectRoot } from '../paths.ts';
import { readGlossary } from '../presenters/glossary.ts';
import type { GlossarySection } from '../presenters/glossary.ts';

declare module '../http/render.ts' {
  interface Pages {
    'glossary/show': PageData & { readonly sections: readonly GlossarySection[] };
  }
}

/** Reads docs/glossary.md once: without it the program does not start. */
export function createGlossaryHandlers() {
  const sections = readGlossary(readFileSync(join(projectRoot, 'docs', 'glossary.md'), 'utf8'));
  return {
    show: async (_req: Request, res: Response) => {
      await render(res, 'glossary/show', { title: 'Glossary', sections });
    },
  };
}
