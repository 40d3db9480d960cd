/** Monday's pages in a real browser: each is looked at for accessibility and width, and groups are found by keyboard. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { stringify } from 'csv-stringify/sync';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  sampleTransactions,
  transactionColumns,
} from '../../src/domain/datasets/customers-from-transactions/sample.ts';
import { activateSmallModel, customersCsv, password } from '../helpers/app.ts';
import { browserPath, findAccessibilityProblems, launchBrowser } from '../helpers/browser.ts';
import { uploadDataset } from '../helpers/datasets.ts';
import { openSite } from '../helpers/site.ts';
import { runJobs } from '../helpers/work.ts';

const sizes = [
  { width: 1440, colorScheme: 'light' },
  { width: 390, colorScheme: 'dark' },
] as const;

/** To be run in the page: the colour of the first pixel of a PNG, and how many have another. */
const colours = (base64: string): string => `(async () => {
  const image = new Image();
  image.src = 'data:image/png;base64,${base64}';
  await image.decode();
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width: image.width, height: image.height });
  const context = canvas.getContext('2d');
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, image.width, image.height);
  const inked = data.filter((value, at) => at % 4 === 0 && value !== data[0]).length;
  return { corner: [...data.slice(0, 3)], inked };
})()`;

describe.skipIf(browserPath === undefined)('a manager on Monday', { timeout: 120_000 }, () => {
  const test = openSite('admin');
  let server: Server;
  let browser: Browser;
  let page: Page;
  let site: string;
  /** Addresses of the pages that a job has filled. */
  const filled: string[] = [];

  beforeAll(async () => {
    const modelId = await activateSmallModel(test);
    const november = await test.scoreAtOnce(customersCsv(400, 9));
    const dearer = customersCsv(400, 9).replaceAll(/,Month-to-month,/g, ',One year,');
    const december = await test.scoreAtOnce(dearer);
    filled.push(
      `/batches/${december}/monitoring`,
      `/batches/${december}/missing`,
      `/models/${modelId}/monitoring`,
    );
    filled.push(`/analytics/movement?batch=${december}&against=${november}`);
    server = test.app.listen(0, '127.0.0.1');
    await once(server, 'listening');
    site = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    browser = await launchBrowser();
    page = await signedIn(sizes[0]);
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    server.close();
  });

  async function signedIn({ width, colorScheme }: (typeof sizes)[number]): Promise<Page> {
    const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme });
    const opened = await context.newPage();
    await opened.goto(`${site}/sign-in`);
    await opened.getByLabel('Email address').fill('ada@example.com');
    await opened.getByLabel('Password').fill(password);
    await opened.keyboard.press('Enter');
    await opened.getByRole('heading', { name: 'Northwind' }).waitFor();
    return opened;
  }
  /** Sends the form that has the focus, and has its job done. */
  const send = async (button: string): Promise<void> => {
    await page.getByRole('button', { name: button }).focus();
    await Promise.all([
      page.waitForResponse((answer) => answer.request().method() === 'POST'),
      page.keyboard.press('Enter'),
    ]);
    await page.waitForLoadState();
    await runJobs(test.context);
    filled.push(new URL(page.url()).pathname);
  };

  it('finds groups of customers by keyboard, and makes them segments', async () => {
    await page.goto(`${site}/groupings/new?kind=clusters`);
    await page.getByLabel('Name').first().focus();
    await page.keyboard.type('Alike');
    await send('Find groups');
    await page.reload();
    await page.getByText('groups are suggested').waitFor();
    await send('Create segments');
    await page.goto(`${site}/segments`);
    const segment = page.locator('main tbody a').first();
    filled.push((await segment.getAttribute('href'))!);
  });

  it('explores a dataset and sees when its customers leave, and what those of a shop will buy', async () => {
    const history = await uploadDataset(test, test.agent, customersCsv(400, 11, true), 'history.csv');
    await page.goto(`${site}/datasets/${history.id}/exploration`);
    await send('Explore the columns');
    await page.goto(`${site}/datasets/${history.id}/leaving`);
    await page.getByLabel('Or: time stayed').selectOption('tenure');
    await page.getByLabel('Compare by').selectOption('Contract');
    await send('Show when they leave');
    await page.reload();
    await page.getByText('Half left within').waitFor();
    const { cells } = sampleTransactions(150, 4);
    const rows = cells[0]!.map((_, row) => cells.map((column) => column[row]!));
    const csv = stringify([transactionColumns, ...rows]);
    const shop = await uploadDataset(test, test.agent, csv, 'shop.csv', { kind: 'transactions' });
    await page.goto(`${site}/datasets/${shop.id}/purchases`);
    const [button] = await page.locator('main form button').allInnerTexts();
    await send(button!);
    await page.reload();
    expect(await page.locator('main').innerText()).toMatch(/still/);
  });

  it('downloads figures as pictures by keyboard, in light colours whatever the page has', async () => {
    const dark = await signedIn(sizes[1]);
    for (const address of ['/analytics', '/analytics/pairs', '/analytics/history']) {
      await dark.goto(`${site}${address}`);
      await dark.locator('body[data-page-waits]').waitFor({ state: 'detached' });
      await dark.getByRole('button', { name: 'Download as PNG' }).first().focus();
      const [download] = await Promise.all([dark.waitForEvent('download'), dark.keyboard.press('Enter')]);
      const picture = readFileSync(await download.path()).toString('base64');
      expect(download.suggestedFilename()).toMatch(/^[a-z-]+\.png$/);
      const found = await dark.evaluate<{ corner: number[]; inked: number }>(colours(picture));
      expect(found.corner).toEqual([255, 255, 255]);
      expect(found.inked).toBeGreaterThan(1_000);
    }
    expect(await dark.evaluate('document.documentElement.dataset.theme')).toBeUndefined();
  });

  it('sees pages that everybody can use, at any width, light and dark', async () => {
    const pages = [
      '/',
      '/analytics',
      '/analytics/pairs',
      '/analytics/drivers?by=Contract',
      '/analytics/actions',
      '/saved-views',
      '/saved-views/new?at=/customers&risk=high',
      '/segments',
      '/groupings/new?kind=fifths',
      '/alerts',
    ];
    const settings = ['/settings/alerts', '/settings/levers', '/set-levels', '/outcomes/recorded'];
    const found: Record<string, unknown> = {};
    for (const size of sizes) {
      const looked = await signedIn(size);
      for (const address of [...pages, ...settings, ...filled]) {
        const answer = await looked.goto(`${site}${address}`);
        const excess = await looked.evaluate('document.documentElement.scrollWidth - innerWidth');
        const problems = await findAccessibilityProblems(looked);
        if (answer?.status() !== 200 || Number(excess) > 0 || problems.length > 0)
          found[`${size.width} ${address}`] = { status: answer?.status(), excess, problems };
      }
    }
    expect(found).toEqual({});
  });
});
