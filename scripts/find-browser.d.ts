/** The path of an installed Chrome or Chromium; the environment's CHROME_PATH goes first. */
export function findBrowser(): string | undefined;
