/** Any company's data in a real browser: from a table to a model that scores, three ways. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampleTransactions } from '../../src/domain/datasets/customers-from-transactions/sample.ts';
import { customersCsv, password } from '../helpers/app.ts';
import { bankCsv } from '../helpers/bank.ts';
import { browserPath, findAccessibilityProblems, launchBrowser } from '../helpers/browser.ts';
import { createServerFolder } from '../helpers/server.ts';
import type { RunningServer } from '../helpers/server.ts';

const waiting = { timeout: 60_000 };

describe.skipIf(browserPath === undefined)('an analyst with data of their own', { timeout: 120_000 }, () => {
  const folder = createServerFolder();
  let server: RunningServer;
  let browser: Browser;
  let page: Page;
  /** Addresses of pages that were used, to be looked at again. */
  const seen: string[] = [];

  beforeAll(async () => {
    server = await folder.start({ SAMPLE_DATA: 'off' });
    browser = await launchBrowser();
    page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
    await page.goto(server.setupLink!);
    await page.getByLabel('Your name').fill('Ada Admin');
    await page.getByLabel('Email address').fill('ada@example.com');
    await page.getByLabel('Password').fill(password);
    await page.getByLabel('Name', { exact: true }).fill('First Bank');
    await page.getByRole('button', { name: 'Set up Holdfast' }).click();
    await page.getByRole('heading', { name: 'First Bank' }).waitFor();
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
    folder.remove();
  });

  const file = (name: string, text: string): string => {
    const path = join(folder.path, name);
    writeFileSync(path, text);
    return path;
  };
  /** With the keyboard, as somebody without a mouse. */
  const press = async (target: Locator): Promise<void> => {
    await target.focus();
    await page.keyboard.press('Enter');
  };
  const button = (name: string | RegExp) => page.getByRole('button', { name });
  const link = (name: string | RegExp) => page.getByRole('link', { name });

  async function bring(path: string, isTransactions = false): Promise<void> {
    await page.goto(`${server.url}/datasets`);
    await page.getByLabel(/CSV, Excel/).setInputFiles(path);
    if (isTransactions) await page.getByLabel(/A purchase/).check();
    await press(button('Upload'));
    await link('Confirm the columns').waitFor(waiting);
    seen.push(new URL(page.url()).pathname);
  }
  async function train(seed?: number): Promise<void> {
    await page.getByRole('heading', { name: 'Train a model' }).waitFor();
    seen.push(new URL(page.url()).pathname);
    if (seed !== undefined) {
      await page.getByLabel(/Custom/).check();
      await page.locator('summary', { hasText: /^Options/ }).click();
      await page.getByLabel('Random seed').fill(String(seed));
    }
    await press(button('Start training'));
    await link('See the model').waitFor(waiting);
    seen.push(new URL(page.url()).pathname);
    await press(link('See the model'));
    await page.getByRole('heading', { name: 'How good is it?' }).waitFor();
    seen.push(new URL(page.url()).pathname);
  }
  const auc = async (): Promise<number> =>
    Number(
      await page
        .getByRole('row', { name: /^ROC AUC/ })
        .locator('strong')
        .innerText(),
    );

  it('goes from uploading a bank table to an active model by keyboard, with every guess correct', async () => {
    await bring(file('bank.csv', bankCsv(2_000, 3)));
    await press(link('Confirm the columns'));
    await page.getByRole('heading', { name: 'Columns', level: 1 }).waitFor();
    const use = (name: string) =>
      page.getByLabel(`Use of ${name}`, { exact: true }).locator('option:checked').innerText();
    expect(await use('CustomerId')).toBe('Customer ID');
    expect(await use('RowNumber')).toBe('Exclude');
    expect(await use('Surname')).toBe('Exclude');
    expect(await use('Exited')).toBe('Churn label');
    expect(await use('Age')).toBe('Use as input');
    seen.push(new URL(page.url()).pathname);
    await press(button('Confirm the columns'));
    await page.getByText('Churn label: Exited is 1').waitFor();
    seen.push(new URL(page.url()).pathname);
    await press(link('Continue to training'));
    await train();
    expect(await auc()).toBeGreaterThan(0.75);
    await press(link('Activate…'));
    await page.getByRole('heading', { name: /^Activate v1/ }).waitFor();
    seen.push(new URL(page.url()).pathname);
    await press(button(/^Activate v1/));
    await page.getByText('is active. Stored scores').waitFor();
  });

  it('scores a file with it at once; form, upload and template follow the new schema', async () => {
    await page.goto(`${server.url}/score`);
    await page.getByLabel(/CSV, Excel/).setInputFiles(file('today.csv', bankCsv(300, 9, false)));
    await press(button('Upload and check'));
    await press(button('Score 300 customers'));
    await page.getByRole('heading', { name: 'Scores of today.csv' }).waitFor(waiting);
    const [download] = await Promise.all([page.waitForEvent('download'), press(link(/Download all 300/))]);
    expect(readFileSync(await download.path(), 'utf8').split('\n')[0]).toMatch(
      /RowNumber.*EstimatedSalary.*churn_probability/,
    );
    await page.goto(`${server.url}/predict`);
    expect(await page.getByLabel('Credit score').count()).toBe(1);
    await page.goto(`${server.url}/analytics?columns=all`);
    expect(await page.locator('main').innerText()).toMatch(/Risk by: Geography/);
  });

  it('defines a churn rule where no column is the label, after comparing rules', async () => {
    await bring(file('nolabel.csv', customersCsv(1_500, 5)));
    await page.goto(page.url().replace(/$/, '/label'));
    await page.getByLabel('Column').first().selectOption({ label: 'MonthlyCharges' });
    await page.getByLabel('Condition', { exact: true }).first().selectOption('below-percentile');
    await page
      .getByLabel(/Days, percent/)
      .first()
      .fill('20');
    await press(button('Compare with other limits'));
    await page.getByRole('columnheader', { name: 'Same top 10%' }).waitFor(waiting);
    expect(await page.locator('#comparison tbody tr').count()).toBeGreaterThanOrEqual(4);
    seen.push(new URL(page.url()).pathname);
    await press(button('Use this rule'));
    await button('Start training').waitFor(waiting);
    expect(await page.locator('main').innerText()).toContain('lowest 20 %');
    await train();
  });

  it('builds customers from purchases, never mixing before and after, and gives those to score', async () => {
    const { header, cells } = sampleTransactions(2_400, 4);
    const rows = cells[0]!.map((_, row) => cells.map((column) => column[row]!));
    await bring(file('purchases.csv', stringify([[...header], ...rows])), true);
    await press(page.getByRole('list', { name: 'Steps' }).getByRole('link', { name: 'Customers' }));
    await page.getByRole('heading', { name: 'Customers from transactions' }).waitFor();
    seen.push(new URL(page.url()).pathname);
    await press(button('Compare 30, 45, 60 and 90 days'));
    await page.getByText('Suggested', { exact: true }).waitFor(waiting);
    await press(button('Build the customers'));
    await link('Download today’s customers to score').waitFor(waiting);
    expect(await page.locator('main').innerText()).toMatch(
      /One row a customer, with \d{4}-\d\d-\d\d as the cut-off date/,
    );
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      link('Download today’s customers to score').click(),
    ]);
    const current = readFileSync(await download.path(), 'utf8');
    expect(current.split('\n')[0]).not.toContain('Churn');
    await page.goto(page.url().replace(/[?#].*$|$/, '/training'));
    // A fixed hold-out: with one drawn anew, the AUC of 480 customers varies by about 0.03 from run to run.
    await train(4);
    expect(await auc()).toBeGreaterThan(0.6);
  });

  it('writes a promotion test and sees on the activation page that it holds', async () => {
    await page.goto(`${server.url}/models/tests/new`);
    await page.getByLabel('Name', { exact: true }).fill('Being older does not lower the risk');
    await page.getByLabel('Column').selectOption('Age');
    await page.getByLabel('To', { exact: true }).fill('70');
    await page.getByLabel('The churn probability must not').selectOption('fall');
    await page.getByLabel(/Allowed exceptions/).fill('10');
    await press(button('Save test'));
    await page.getByRole('heading', { name: 'Promotion tests' }).waitFor();
    await page.goto(`${server.url}/models/2/activation`);
    expect(await page.locator('main').innerText()).toContain('The model does not use Age.');
    seen.push('/models/2/activation', '/models', '/models/tests', '/models/compare?m1=1&m2=1');
  });

  it('loses nothing to a kill in the middle of a training: the active model is untouched, the training ends', async () => {
    await page.goto(`${server.url}/datasets/1/training`);
    await page.getByLabel('Model name').fill('After the kill');
    await page.getByLabel(/Thorough/).check();
    await press(button('Start training'));
    await page.getByText(/Trying/).waitFor(waiting);
    const path = new URL(page.url()).pathname;
    await server.kill();
    server = await folder.start({ SAMPLE_DATA: 'off' });
    await page.goto(`${server.url}${path}`);
    await link('See the model').waitFor(waiting);
    await page.goto(`${server.url}/models`);
    expect(await page.getByRole('row', { name: /v1 bank/ }).innerText()).toContain('Active');
    expect(await page.getByRole('row', { name: /After the kill/ }).innerText()).toContain('Candidate');
  });

  it('finds no accessibility problem on any of these pages, light or dark, and nothing wider than a phone', async () => {
    for (const [width, scheme] of [
      [1440, 'light'],
      [390, 'dark'],
    ] as const) {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme: scheme });
      for (const path of [...new Set(seen)]) {
        await page.goto(`${server.url}${path}`);
        expect(await findAccessibilityProblems(page), `${path} ${scheme}`).toEqual([]);
        expect(
          await page.evaluate('document.documentElement.scrollWidth - innerWidth'),
          `${path} at ${width}`,
        ).toBeLessThanOrEqual(0);
      }
    }
  });
});
