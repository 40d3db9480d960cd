/** A newcomer's way through the built program, in a real browser. */
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { customersCsv, password } from '../helpers/app.ts';
import { browserPath, findAccessibilityProblems, launchBrowser } from '../helpers/browser.ts';
import { createServerFolder } from '../helpers/server.ts';
import type { RunningServer } from '../helpers/server.ts';

/** Words of a drawn chart that its edge cuts off. */
const wordsOutsideCharts = `[...document.querySelectorAll('svg')].flatMap((svg) =>
  [...svg.querySelectorAll('text')].flatMap((text) => {
    const { x, width } = text.getBBox();
    const room = svg.hasAttribute('viewBox') ? svg.viewBox.baseVal.width : svg.getBoundingClientRect().width;
    return x < -0.5 || x + width > room + 0.5 ? [text.textContent] : [];
  }),
)`;

describe.skipIf(browserPath === undefined)('a newcomer', { timeout: 120_000 }, () => {
  const folder = createServerFolder();
  let server: RunningServer;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  /** What a script of ours threw, caught or not. */
  const scriptErrors: string[] = [];

  beforeAll(async () => {
    server = await folder.start();
    browser = await launchBrowser();
    context = await browser.newContext({ viewport: { width: 1440, height: 900 }, acceptDownloads: true });
    page = await context.newPage();
    page.on('console', (message) => {
      if (message.type() === 'error' && /\w+Error: /.test(message.text())) scriptErrors.push(message.text());
    });
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
  const saved = async (click: () => Promise<void>): Promise<{ name: string; text: string }> => {
    const [download] = await Promise.all([page.waitForEvent('download'), click()]);
    return { name: download.suggestedFilename(), text: readFileSync(await download.path(), 'utf8') };
  };

  it('is suggested the time zone and the currency of the browser', async () => {
    const swedish = await browser.newContext({ locale: 'sv-SE', timezoneId: 'Europe/Stockholm' });
    const setup = await swedish.newPage();
    await setup.goto(server.setupLink!);
    expect(await setup.getByLabel('Currency').inputValue()).toBe('SEK');
    expect(await setup.getByLabel('Time zone').inputValue()).toBe('Europe/Stockholm');
    await swedish.close();
  });

  it('sets Holdfast up by the printed link and finds the sample scored', async () => {
    await page.goto(server.setupLink!);
    await page.getByLabel('Your name').fill('Ada Admin');
    await page.getByLabel('Email address').fill('ada@example.com');
    await page.getByLabel('Password').fill(password);
    await page.getByLabel('Name', { exact: true }).fill('Northwind Telecom');
    await page.getByRole('button', { name: 'Set up Holdfast' }).click();
    await page.getByRole('heading', { name: 'Northwind Telecom' }).waitFor();
    expect(await page.locator('main').innerText()).toContain('Sample data.');
    await expect
      .poll(async () => {
        await page.reload();
        return page.locator('.card-figure').first().innerText();
      })
      .toMatch(/^[1-9]/);
    expect(await page.locator('.histogram').count()).toBe(1);
    expect(await page.locator('.bars').count()).toBeGreaterThan(1);
  });

  it('scores a file in five clicks from sign-in and gets every row back', async () => {
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Email address').fill('ada@example.com');
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('link', { name: 'Score a file' }).first().click();
    await page.getByLabel(/CSV, Excel/).setInputFiles(file('mine.csv', customersCsv(300, 42)));
    await page.getByRole('button', { name: 'Upload and check' }).click();
    await page.getByRole('button', { name: 'Score 300 customers' }).click();
    await page.getByRole('heading', { name: 'Scores of mine.csv' }).waitFor();
    const all = await saved(() => page.getByRole('link', { name: 'Download all 300 rows' }).click());
    expect(all.name).toMatch(/^churn-scores_\d{4}-\d\d-\d\d_v1\.csv$/);
    expect(all.text.trim().split('\n')).toHaveLength(301);
  });

  it('scores a file right away by keyboard where every column matches', async () => {
    await page.goto(`${server.url}/score`);
    await page.getByLabel(/CSV, Excel/).setInputFiles(file('at once.csv', customersCsv(120, 43)));
    const box = page.getByLabel('Score right away when every column matches');
    await box.focus();
    await page.keyboard.press('Space');
    expect(await box.isChecked()).toBe(true);
    await page.keyboard.press('Enter');
    // No stop at the page of the check, which has a button to press.
    await page.getByRole('heading', { name: 'Scores of at once.csv' }).waitFor();
    await page.getByRole('link', { name: 'Download all 120 rows' }).waitFor();
  });

  it('is offered the model that fits the eight columns of the paper', async () => {
    const text =
      'contract,onlinesecurity,techsupport,internetservice,onlinebackup,tenure,monthlycharges,totalcharges\nMonth-to-month,No,No,DSL,Yes,1,29.85,29.85\n';
    await page.goto(`${server.url}/score`);
    await page.getByLabel(/CSV, Excel/).setInputFiles(file('paper.csv', text));
    await page.getByRole('button', { name: 'Upload and check' }).click();
    await page.getByRole('link', { name: /Use v2/ }).click();
    await page.getByRole('button', { name: 'Check the file' }).click();
    await page.getByRole('button', { name: 'Score 1 customer' }).click();
    await page.getByRole('heading', { name: 'Scores of paper.csv' }).waitFor();
  });

  it('shows the errors of a broken file, and nothing is lost', async () => {
    await page.goto(`${server.url}/score`);
    await page
      .getByLabel(/CSV, Excel/)
      .setInputFiles({ name: 'broken.csv', mimeType: 'text/csv', buffer: Buffer.from('a,a\n1,2\n') });
    await page.getByRole('button', { name: 'Upload and check' }).click();
    await page.getByRole('alert').waitFor();
    expect(await page.title()).toMatch(/^Error: /);
    expect(await page.getByRole('alert').innerText()).toContain('more than once');
    await page.setViewportSize({ width: 390, height: 900 });
    const buffer = Buffer.from(customersCsv(60, 5, false).split('\n').slice(1).join('\n'));
    await page.getByLabel(/CSV, Excel/).setInputFiles({ name: 'no names.csv', mimeType: 'text/csv', buffer });
    await page.getByRole('button', { name: 'Upload and check' }).click();
    await page.getByText('The first line holds').waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  it('asks about one customer with the keyboard alone, sees all errors first, then the score and what-if', async () => {
    await page.goto(`${server.url}/predict`);
    await page.getByRole('button', { name: 'Score this customer' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('alert').waitFor();
    const problems = await page.getByRole('alert').getByRole('link').count();
    expect(problems).toBeGreaterThan(10);
    await page.getByRole('alert').getByRole('link').first().focus();
    await page.keyboard.press('Enter');
    for (const select of await page.locator('main form[method=post] select').all()) {
      await select.focus();
      await page.keyboard.press('ArrowDown');
    }
    await page.getByLabel('Tenure').fill('2');
    await page.getByLabel('Monthly charges').fill('95');
    await page.keyboard.press('Enter');
    await page.getByText('likely to leave').first().waitFor();
    const before = await page.locator('.result-figure').innerText();
    expect(before).toMatch(/%/);
    await page.getByRole('link', { name: 'Change and compare' }).click();
    await page.getByLabel('Contract').selectOption('Two year');
    await page.getByRole('button', { name: 'Score this customer' }).click();
    await page.getByText('compared with the original').waitFor();
    expect(await page.locator('.result-figure').innerText()).not.toBe(before);
  });

  it('finds no accessibility problem on any page, light or dark, and nothing wider than a phone', async () => {
    const paths = [
      '',
      'upload',
      'upload/1/results',
      'batches/1/monitoring',
      'predict',
      'predictions',
      'predictions?risk=high',
      'predictions/3',
      'analytics',
      'models/1',
      'models/1/monitoring',
      'settings',
      'settings/rules',
      'settings/rules/1',
      'settings/rules/test?prediction=3',
      'settings/risk-levels',
      'settings/organisation',
      'settings/sample',
      'admin',
      'admin/users',
      'admin/users/1',
      'admin/audit',
      'admin/jobs',
      'account',
      'nowhere',
    ];
    for (const [colorScheme, width] of [
      ['light', 1440],
      ['dark', 390],
    ] as const) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 900 });
      for (const path of paths) {
        await page.goto(`${server.url}/${path}`);
        expect(await findAccessibilityProblems(page), `${path} ${colorScheme}`).toEqual([]);
        expect(
          await page.evaluate('document.documentElement.scrollWidth - innerWidth'),
          `${path} ${width}`,
        ).toBeLessThanOrEqual(0);
        expect(await page.evaluate(wordsOutsideCharts), `${path} ${width}`).toEqual([]);
      }
    }
    await page.emulateMedia({ colorScheme: null });
    await page.setViewportSize({ width: 1440, height: 900 });
    expect(scriptErrors).toEqual([]);
  });

  it('works without JavaScript: a file is uploaded, checked, scored', async () => {
    const plain = await browser.newContext({
      javaScriptEnabled: false,
      storageState: await context.storageState(),
    });
    const tab = await plain.newPage();
    await tab.goto(`${server.url}/score`);
    await tab.getByLabel(/CSV, Excel/).setInputFiles(file('plain.csv', customersCsv(50, 8)));
    await tab.getByRole('button', { name: 'Upload and check' }).click();
    await tab.getByRole('button', { name: 'Score 50 customers' }).click({ timeout: 20_000 });
    await tab.getByRole('heading', { name: 'Scores of plain.csv' }).waitFor({ timeout: 20_000 });
    await plain.close();
  });

  it('loses nothing to a kill in the middle of a batch: the output is that of an uninterrupted run', async () => {
    const rows = Number(process.env['KILL_ROWS'] ?? 20_000);
    const text = customersCsv(rows, 99);
    const hashes: string[] = [];
    for (const interrupted of [false, true]) {
      await page.goto(`${server.url}/score`);
      await page.getByLabel(/CSV, Excel/).setInputFiles(file('large.csv', text));
      await page.getByRole('button', { name: 'Upload and check' }).click();
      await page.getByRole('button', { name: /^Score / }).click({ timeout: 60_000 });
      const id = /batches\/(\d+)/.exec(page.url())![1]!;
      if (interrupted) {
        await expect
          .poll(() => partialBytes(folder.path), { interval: 10, timeout: 20_000 })
          .toBeGreaterThan(100_000);
        await server.kill();
        server = await folder.start();
        expect(partialBytes(folder.path)).toBeGreaterThan(0);
      }
      await expect
        .poll(
          async () => {
            await page.goto(`${server.url}/batches/${id}`).catch(() => null);
            return page.url();
          },
          { timeout: 90_000, interval: 500 },
        )
        .toMatch(/results/);
      const { text: scored } = await saved(() => page.getByRole('link', { name: /^Download all/ }).click());
      expect(scored.trim().split('\n')).toHaveLength(rows + 1);
      hashes.push(createHash('sha256').update(scored).digest('hex'));
    }
    expect(hashes[1]).toBe(hashes[0]);
  });

  it('finds the main navigation on one line, a menu on a phone, and no page that scrolls sideways', async () => {
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.goto(server.url);
    const links = await page.locator('.site-nav a').all();
    const boxes = await Promise.all(links.map((link) => link.boundingBox()));
    expect(boxes.length).toBe(6);
    expect(new Set(boxes.map((box) => box!.y)).size).toBe(1);
    await page.setViewportSize({ width: 320, height: 900 });
    await page.getByText('Menu', { exact: true }).click();
    await page.getByRole('link', { name: 'Training runs' }).click();
    expect(page.url()).toBe(`${server.url}/trainings`);
    for (const path of [
      ...['', 'score', 'predict', 'customers', 'analytics', 'models', 'datasets', 'trainings', 'account'],
      ...['settings', 'settings/organisation', 'admin/users', 'admin/audit', 'admin/jobs'],
    ]) {
      await page.goto(`${server.url}/${path}`);
      const excess = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
      expect(excess, path).toBeLessThanOrEqual(0);
    }
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  it('removes the sample with one click and keeps what it uploaded', async () => {
    await page.goto(`${server.url}/settings/sample`);
    await page.getByRole('button', { name: 'Remove sample data' }).click();
    await page.getByText('There is no sample data').waitFor();
    await page.goto(server.url);
    expect(await page.locator('main').innerText()).not.toContain('Sample data.');
    // Home lists the newest five files.
    await page.goto(`${server.url}/score`);
    for (const name of ['mine.csv', 'at once.csv', 'paper.csv'])
      expect(await page.locator('main').innerText()).toContain(name);
  });

  it('stops cleanly on SIGTERM', async () => {
    expect(await server.stop()).toBe(0);
  });
});

/** How much of an unfinished result file is on disk. */
function partialBytes(path: string): number {
  const folder = join(path, 'uploads');
  return readdirSync(folder)
    .filter((name) => name.endsWith('scored.csv.part'))
    .reduce((sum, name) => sum + readFileSync(join(folder, name)).length, 0);
}
