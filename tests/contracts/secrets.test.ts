import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');

/** Of all files below a folder of the project whose name ends so. */
function filesOf(folder: string, end: string): { path: string; text: string }[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(end))
    .map((name) => ({ path: join(folder, name), text: readFileSync(join(root, folder, name), 'utf8') }));
}

const filesWith = (files: readonly { path: string; text: string }[], pattern: RegExp): string[] =>
  files.filter(({ text }) => pattern.test(text)).map(({ path }) => path);

describe('identifiers, links and secrets', () => {
  it('come from the generator of the system, never from Math.random', () => {
    expect(filesWith(filesOf('src', '.ts'), /Math\.random/)).toEqual([]);
  });
});

describe('scripts of pages', () => {
  it('keep nothing in the storage of the browser, and run no text', () => {
    const scripts = filesOf('public', '.js');
    expect(scripts.length).toBeGreaterThan(3);
    expect(
      filesWith(scripts, /localStorage|sessionStorage|indexedDB|document\.cookie|\beval\(|new Function/),
    ).toEqual([]);
  });
});

describe('the server', () => {
  it('runs no text, and uses no weak hash or cipher', () => {
    const source = filesOf('src', '.ts');
    expect(filesWith(source, /\beval\(|new Function\(/)).toEqual([]);
    expect(filesWith(source, /createHash\('(md5|sha1)'|-(ecb|cbc)'/)).toEqual([]);
  });
});
