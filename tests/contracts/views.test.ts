import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { views as required } from '../../src/http/views.ts';

const root = resolve(import.meta.dirname, '../..');
const files = (folder: string, ending: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => join(root, folder, name));

const views = files('views', '.ejs');
const sources = [...files('src/routes', '.ts'), ...files('src/http', '.ts')]
  .map((path) => readFileSync(path, 'utf8'))
  .join('\n');

describe('every page that is rendered', () => {
  const pages = [...sources.matchAll(/render(?:Fragment)?\(\s*res,\s*'([^']+)'/g)].map(([, name]) => name!);

  it.each([...new Set(pages)])('%s has its template', (name) => {
    expect(existsSync(join(root, 'views', `${name}.ejs`))).toBe(true);
  });

  it('and every template is looked for at start', () => {
    const there = views.map((path) => path.slice(join(root, 'views').length + 1, -4));
    expect([...required].sort()).toEqual(there.sort());
  });

  it('and every template is used', () => {
    const named = new Set([...pages, 'layouts/page']);
    const included = views.flatMap((path) =>
      [...readFileSync(path, 'utf8').matchAll(/include\('\/([^']+)'/g)].map(([, name]) => name!),
    );
    const unused = views
      .map((path) => path.slice(join(root, 'views').length + 1, -4))
      .filter((name) => !named.has(name) && !included.includes(name));
    expect(unused).toEqual([]);
  });
});

describe.each(views.map((path) => [path.slice(root.length + 1), readFileSync(path, 'utf8')]))(
  '%s',
  (name, text) => {
    it('writes no value unescaped: <%- only includes', () => {
      const raw = [...text.matchAll(/<%-\s*([^%]*)/g)].map(([, code]) => code!.trim());
      expect(
        raw.filter(
          (code) => !code.startsWith('include(') && !(name === 'views/layouts/page.ejs' && code === 'body'),
        ),
      ).toEqual([]);
    });

    it('has no script, style or handler of its own', () => {
      expect(text).not.toMatch(/\sstyle="|<style|\son\w+="|javascript:|<script(?![^>]*src=)/i);
    });
  },
);
