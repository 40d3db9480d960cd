import { existsSync } from 'node:fs';
import { findOnPath } from './find-on-path.js';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const macOs = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/**
 * The path of an installed Chrome or Chromium; CHROME_PATH goes first.
 * @returns {string | undefined}
 */
export function findBrowser() {
  return [process.env.CHROME_PATH, findOnPath(...names), ...macOs].find((path) => path && existsSync(path));
}
