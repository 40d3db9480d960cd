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
