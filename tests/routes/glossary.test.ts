import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestApp, setUpOrganisation, signIn } from '../helpers/app.ts';
import type { TestApp } from '../helpers/app.ts';

let test: TestApp;
beforeAll(async () => {
  test = await createTestApp();
  await setUpOrganisation(test);
});
afterAll(() => test.close());

it('the glossary is a page for everybody who is signed in, linked from every page', async () => {
  const viewer = await signIn(test, 'viewer');
  expect((await viewer.get('/').expect(200)).text).toContain('href="/glossary"');
  const { text } = await viewer.get('/glossary').expect(200);
  expect(text).toContain('<div id="churn-label"><dt><dfn>Churn label</dfn></dt>');
});

it('pages link the terms that need an explanation to their place in it', async () => {
  const analyst = await signIn(test, 'analyst');
  const { text } = await analyst.get('/datasets').expect(200);
  const [, id] = /href="\/glossary#([a-z-]+)"/.exec(text)!;
  expect((await analyst.get('/glossary')).text).toContain(`<div id="${id}">`);
});
