/** Every text column of the database says what it holds of people, so that nothing new escapes an erasure. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { tables } from '../../src/store/copy.ts';
import { plainColumns, tableContents } from '../../src/store/personal-data.ts';
import { createTestApp } from '../helpers/app.ts';
import type { TestApp } from '../helpers/app.ts';

let test: TestApp;
beforeAll(async () => {
  test = await createTestApp();
});
afterAll(() => test.close());

const classified = (table: string): string[] =>
  Object.values(tableContents[table] ?? {})
    .flat()
    .sort();

it.each(tables.map(({ name }) => name))('the text columns of %s are classified', async (table) => {
  const columns = Object.entries(await test.context.db(table).columnInfo());
  const texts = columns.filter(([, { type }]) => /char|text|json/.test(type)).map(([name]) => name);
  expect(classified(table)).toEqual(texts.filter((name) => !plainColumns.has(name)).sort());
});

it('docs/privacy.md names every table that can hold something of people', () => {
  const document = readFileSync('docs/privacy.md', 'utf8');
  const named = Object.entries(tableContents).filter(([, contents]) =>
    Object.keys(contents).some((content) => content !== 'nothing' && content !== 'levels'),
  );
  for (const [table] of named) expect(document, table).toContain(`\`${table}\``);
});
