/** A campaign from the list of customers to its result, in a real browser, by keyboard, through a crash in the launch. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { customersCsv, password } from '../helpers/app.ts';
import { browserPath, findAccessibilityProblems, launchBrowser } from '../helpers/browser.ts';
import { createServerFolder } from '../helpers/server.ts';
import type { RunningServer } from '../helpers/server.ts';

describe.skipIf(browserPath === undefined)('a retention manager', { timeout: 120_000 }, () => {
  const folder = createServerFolder();
  let server: RunningServer;
  let browser: Browser;
  let page: Page;
  let address: string;

  beforeAll(async () => {
    server = await folder.start();
    browser = await launchBrowser();
    const context = await browser.newContext({ acceptDownloads: true });
    page = await context.newPage();
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    await server.stop();
    folder.remove();
  });

  /** Moves to what has this name with the Tab key alone, from the beginning of the page, and presses Enter. */
  const press = async (name: string): Promise<void> => {
    for (let i = 0; i < 60; i++) {
      await page.keyboard.press('Tab');
      const focused = await page.evaluate('document.activeElement.textContent.trim()');
      if (focused === name) break;
      if (i === 59) throw new Error(`Tab does not reach ${name}`);
    }
    await page.keyboard.press('Enter');
  };
  const download = async (name: string | RegExp): Promise<Record<string, string>[]> => {
    const [saved] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name }).click(),
    ]);
    return parse(readFileSync(await saved.path(), 'utf8'), { bom: true, columns: true });
  };
  const launched = async (): Promise<string> => {
    await expect
      .poll(
        async () => {
          await page.goto(`${server.url}${address}`);
          return page.locator('main').innerText();
        },
        { timeout: 60_000, interval: 500 },
      )
      .toContain('To be read on');
    return page.locator('main').innerText();
  };

  it('scores a file', async () => {
    await page.goto(server.setupLink!);
    await page.getByLabel('Your name').fill('Ada Admin');
    await page.getByLabel('Email address').fill('ada@example.com');
    await page.getByLabel('Password').fill(password);
    await page.getByLabel('Name', { exact: true }).fill('Northwind Telecom');
    await page.getByRole('button', { name: 'Set up Holdfast' }).click();
    await page.getByRole('heading', { name: 'Northwind Telecom' }).waitFor();
    const file = join(folder.path, 'customers.csv');
    writeFileSync(file, customersCsv(500, 17));
    await page.goto(`${server.url}/score`);
    await page.getByLabel(/CSV, Excel/).setInputFiles(file);
    await page.getByLabel(/right away/).check();
    await page.getByRole('button', { name: 'Upload and check' }).click();
    await page.getByRole('link', { name: /Download all/ }).waitFor({ timeout: 60_000 });
  });

  it('plans a campaign by keyboard', async () => {
    await page.goto(`${server.url}/customers`);
    await press('Plan a campaign');
    await page.getByRole('heading', { name: 'Plan a campaign' }).waitFor();
    expect(await findAccessibilityProblems(page)).toEqual([]);
    for (const [label, value] of [
      ['Name', 'Spring calls'],
      ['Action', 'Call within a week'],
      ['Cost per customer', '2'],
      ['Expected save rate', '25'],
      ['Smallest save rate', '20'],
    ] as const) {
      // Further actions to compare have the same labels, below the first.
      await page.getByLabel(label).first().focus();
      await page.keyboard.type(value);
    }
    await page.keyboard.press('Enter');
    await page.getByText('500 customers, of whom about').waitFor();
    address = new URL(page.url()).pathname;
    expect(await findAccessibilityProblems(page)).toEqual([]);
  });

  it('launches it, and a crash in the launch splits the customers once', async () => {
    await Promise.all([
      page.waitForResponse((answer) => answer.request().method() === 'POST'),
      press('Launch the campaign'),
    ]);
    await server.kill();
    server = await folder.start();
    const words = await launched();
    expect(words).toMatch(/Customers\s+500/);
    const treated = await download(/customers to contact/);
    const controls = Number(/Of them in the control group\s+(\d+)/.exec(words)![1]);
    expect(treated).toHaveLength(500 - controls);
    expect(await findAccessibilityProblems(page)).toEqual([]);
  });

  it('records outcomes from a file, and is told that it is early', async () => {
    const rows = await download('download the list to complete');
    const lines = rows.map(({ customer }, i) => `${customer},${i % 4 === 0 ? 'yes' : 'no'}`);
    const file = join(folder.path, 'outcomes.csv');
    writeFileSync(file, `customer,left\n${lines.join('\n')}\n`);
    await page.getByRole('link', { name: 'Record outcomes' }).click();
    await page.getByLabel(/CSV, Excel/).setInputFiles(file);
    await page.getByRole('button', { name: 'Record outcomes' }).press('Enter');
    await page.getByText('500 outcomes recorded.').waitFor();
    expect(await findAccessibilityProblems(page)).toEqual([]);
    expect(await launched()).toMatch(/Too early to tell|Saved|Contact made/);
  });
});
