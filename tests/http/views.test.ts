import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { viewsFolder } from '../../src/http/render.ts';
import { checkViews } from '../../src/http/views.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-views-'));
  cpSync(viewsFolder, folder, { recursive: true });
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('the templates at start', () => {
  it('are all there', () => {
    expect(() => {
      checkViews(folder);
    }).not.toThrow();
  });

  it.each(['rules/edit', 'partials/field', 'layouts/page'])('without %s nothing starts', (name) => {
    rmSync(join(folder, `${name}.ejs`));
    expect(() => {
      checkViews(folder);
    }).toThrow(`${name}.ejs is missing`);
  });

  it('with a broken one nothing starts either', () => {
    writeFileSync(join(folder, 'error.ejs'), '<% if (');
    expect(() => {
      checkViews(folder);
    }).toThrow(/error\.ejs cannot be compiled/);
  });
});
