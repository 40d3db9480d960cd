/** From a score to a plan, a campaign, its result and a challenger: in a real browser, by keyboard, through a crash in the launch. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/db.ts';
import { addDays, today } from '../../src/domain/campaigns/days.ts';
import { customersCsv, password } from '../helpers/app.ts';
import { browserPath, findAccessibilityProblems, launchBrowser } from '../helpers/browser.ts';
import { createServerFolder } from '../helpers/server.ts';
import type { RunningServer } from '../helpers/server.ts';

const daysAgo = (days: number): string => addDays(today('UTC', Date.now()), -days);

describe.skipIf(browserPath === undefined)('a retention manager', { timeout: 120_000 }, () => {
  const folder = createServerFolder();
  let server: RunningServer;
  let browser: Browser;
  let page: Page;
  let address: string;
  let planned: Record<string, string>[];
  let treated: Record<string, string>[];

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
  const type = async (label: string, value: string): Promise<void> => {
    await page.getByLabel(label).first().focus();
    await page.keyboard.type(value);
  };
  const download = async (name: string | RegExp): Promise<Record<string, string>[]> => {
    const [saved] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name }).click(),
    ]);
    return parse(readFileSync(await saved.path(), 'utf8'), { bom: true, columns: true });
  };
  /** As if the campaign had been launched so many days ago. */
  const backDate = async (days: number): Promise<void> => {
    const db = openDatabase(`sqlite:${join(folder.path, 'data/holdfast.db')}`);
    await db('campaigns').update({ launched_on: daysAgo(days), ends_on: daysAgo(days - 90) });
    await db.destroy();
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
    writeFileSync(file, customersCsv(3_000, 17));
    await page.goto(`${server.url}/score`);
    await page.getByLabel(/CSV, Excel/).setInputFiles(file);
    await page.getByLabel(/right away/).check();
    await page.getByRole('button', { name: 'Upload and check' }).click();
    await page.getByRole('link', { name: /Download all/ }).waitFor({ timeout: 60_000 });
  });

  it('plans for a budget by keyboard', async () => {
    await page.goto(`${server.url}/customers`);
    await press('Plan for a budget');
    await page.getByRole('heading', { name: 'Plan for a budget' }).waitFor();
    expect(await findAccessibilityProblems(page)).toEqual([]);
    await type('Name', 'Spring plan');
    await type('Budget', '20000');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Draft a campaign' }).waitFor();
    expect(await findAccessibilityProblems(page)).toEqual([]);
    planned = await download('Download the plan as CSV');
    expect(planned.length).toBeGreaterThan(250);
  });

  it('makes the plan a campaign with a control group', async () => {
    await press('Draft a campaign');
    await page.getByText(/customers, of whom about/).waitFor();
    address = new URL(page.url()).pathname;
    expect(await page.locator('main').innerText()).toContain('Spring plan');
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
    treated = await download(/customers to contact/);
    const controls = Number(/Of them in the control group\s+(\d+)/.exec(words)![1]);
    expect(controls).toBeGreaterThan(0);
    expect(treated).toHaveLength(planned.length - controls);
    const wanted = new Map(planned.map((row) => [row['customer'], row['action']]));
    expect(treated.every((row) => wanted.get(row['customer']) === row['action'])).toBe(true);
    expect(await findAccessibilityProblems(page)).toEqual([]);
  });

  it('records outcomes from a file when the time is over, and reads how many were saved', async () => {
    await server.stop();
    await backDate(100);
    server = await folder.start();
    await page.goto(`${server.url}${address}`);
    const rows = await download('download the list to complete');
    const contacted = new Set(treated.map((row) => row['customer']));
    // Of the controls half leave, of those who were contacted every fifth.
    const lines = rows.map(({ customer }, i) =>
      i % (contacted.has(customer) ? 5 : 2) === 0
        ? `${customer},yes,${daysAgo(40)}`
        : `${customer},no,${daysAgo(5)}`,
    );
    const file = join(folder.path, 'outcomes.csv');
    writeFileSync(file, `customer,left,date\n${lines.join('\n')}\n`);
    await page.getByRole('link', { name: 'Record outcomes' }).click();
    await page.getByLabel(/CSV, Excel/).setInputFiles(file);
    await page.getByRole('button', { name: 'Record outcomes' }).press('Enter');
    await page.getByText(`${planned.length} outcomes recorded.`).waitFor();
    expect(await findAccessibilityProblems(page)).toEqual([]);
    await page.goto(`${server.url}${address}`);
    await page
      .getByText(/Saved \d+ customers/)
      .first()
      .waitFor();
    expect(await findAccessibilityProblems(page)).toEqual([]);
  });

  it('trains a challenger on those who were not contacted', async () => {
    await press('Train a challenger');
    await page.getByText('customers who were not contacted').first().waitFor();
    await expect
      .poll(
        async () => {
          await page.goto(`${server.url}/models`);
          return page.locator('main').innerText();
        },
        { timeout: 100_000, interval: 1_000 },
      )
      .toContain('Spring plan: customers who were not contacted');
    expect(await findAccessibilityProblems(page)).toEqual([]);
  });
});
