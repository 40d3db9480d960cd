import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readGlossary, termId } from '../../src/presenters/glossary.ts';

const text = readFileSync(resolve(import.meta.dirname, '../../docs/glossary.md'), 'utf8');

describe('the glossary', () => {
  const terms = readGlossary(text).flatMap((section) => section.terms);

  it('has every term once, with its meaning', () => {
    expect(terms.length).toBeGreaterThan(30);
    expect(new Set(terms.map(({ id }) => id)).size).toBe(terms.length);
    for (const { name, meaning } of terms) expect(meaning, name).toMatch(/^[A-Z].*[.%]$/);
  });

  it('leaves out the notes for contributors', () => {
    for (const { meaning } of terms) expect(meaning).not.toMatch(/In code|Do not use|[`_]/);
  });

  it('finds a term by its name', () => {
    expect(terms.map(({ id }) => id)).toContain(termId('Churn label'));
  });

  it('does not start with a term that has no meaning', () => {
    expect(() => readGlossary('## Data\n\n### Input\nDo not use: told.\n')).toThrow(/'Input'/);
  });
});
