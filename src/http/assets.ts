/** Stylesheets, scripts and the icon. Pages ask for them with their version, so that browsers may keep them for a year. */
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import express from 'express';
import type { Request, RequestHandler, Response } from 'express';
import type { Config } from '../config.ts';
import { projectRoot } from '../paths.ts';

const folder = join(projectRoot, 'public');

/** A hash of every file in `public/`: it changes with any of them. */
export const assetsVersion = hashOf(folder);

export function assets({ environment }: Pick<Config, 'environment'>): RequestHandler {
  return express.static(folder, {
    fallthrough: false,
    dotfiles: 'ignore',
    setHeaders: (res: Response) => {
      res.set('Cache-Control', cacheControl(res.req, environment));
    },
  });
}

function cacheControl(req: Request, environment: Config['environment']): string {
  // Files change while somebody works on them, and the version does not until the next start.
  if (environment === 'development') return 'no-cache';
  const isCurrent = req.query['v'] === assetsVersion;
  return isCurrent ? 'public, max-age=31536000, immutable' : 'public, max-age=3600';
}

function hashOf(root: string): string {
  const hash = createHash('sha256');
  const entries = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const paths = entries.map((entry) => join(entry.parentPath, entry.name)).sort();
  for (const path of paths) hash.update(path.slice(root.length)).update('\0').update(readFileSync(path));
  return hash.digest('hex').slice(0, 12);
}
