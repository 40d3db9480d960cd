/** Makes the README's pictures from the running program: npm run build && npx tsx scripts/screenshots.ts */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { password } from '../tests/helpers/app.ts';
import { launchBrowser } from '../tests/helpers/browser.ts';
import { createServerFolder } from '../tests/helpers/server.ts';

const folder = join(import.meta.dirname, '../docs/screenshots');
mkdirSync(folder, { recursive: true });

const home = createServerFolder();
const server = await home.start();
const browser = await launchBrowser();
try {
  const state = await setUp(browser);
  await take('home-light', '', { width: 1440, height: 1000, colorScheme: 'light' });
  await take('prediction-light', await riskiest(), { width: 1440, height: 900, colorScheme: 'light' });
  await take('model-light', 'models/1', { width: 1440, height: 1500, colorScheme: 'light' });
  await take('dataset-light', 'datasets/1', { width: 1440, height: 1500, colorScheme: 'light' });
  await take('home-phone-dark', '', { width: 390, height: 900, colorScheme: 'dark' });

  async function take(
    name: string,
    path: string,
    { width, height, colorScheme }: { width: number; height: number; colorScheme: 'light' | 'dark' },
  ): Promise<void> {
    const context = await browser.newContext({
      storageState: state,
      viewport: { width, height },
      colorScheme,
    });
    const page = await context.newPage();
    await page.goto(`${server.url}/${path}`);
    await page.waitForTimeout(800);
    await page.screenshot({ path: join(folder, `${name}.png`) });
    await context.close();
  }

  async function riskiest(): Promise<string> {
    const context = await browser.newContext({ storageState: state });
    const page = await context.newPage();
    await page.goto(`${server.url}/customers?risk=high`);
    const href = await page.locator('tbody th a').first().getAttribute('href');
    await context.close();
    return href!.slice(1);
  }
} finally {
  await browser.close();
  await server.stop();
  home.remove();
}

async function setUp(
  browser: Browser,
): Promise<Awaited<ReturnType<ReturnType<Page['context']>['storageState']>>> {
  const page = await browser.newPage();
  await page.goto(server.setupLink!);
  await page.getByLabel('Your name').fill('Ada Admin');
  await page.getByLabel('Email address').fill('ada@example.com');
  await page.getByLabel('Password').fill(password);
  await page.getByLabel('Name', { exact: true }).fill('Northwind Telecom');
  // Whatever the browser suggests.
  await page.getByLabel('Currency').selectOption('EUR');
  await page.getByLabel('Time zone').selectOption('UTC');
  await page.getByRole('button', { name: 'Set up Holdfast' }).click();
  await page.getByRole('heading', { name: 'Northwind Telecom' }).waitFor();
  await page.waitForTimeout(3_000);
  await page.goto(server.url);
  return page.context().storageState();
}
