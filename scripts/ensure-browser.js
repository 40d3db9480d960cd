// Makes sure that the browser tests have a browser: takes any Chrome or Chromium that is installed, gets
// Debian's where it may, and otherwise says loudly that those tests will be skipped (with CI=true it fails).
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { findBrowser } from './find-browser.js';

if (!findBrowser() && mayInstall()) installChromium();

const browser = findBrowser();
if (browser) {
  console.log(`Browser tests will use ${browser}.`);
} else if (process.env.CI === 'true') {
  console.error('CI needs a Chrome or Chromium for the browser tests, and there is none.');
  process.exit(1);
} else {
  console.warn('*** No Chrome or Chromium was found: THE BROWSER TESTS WILL BE SKIPPED. ***');
}

function mayInstall() {
  return process.platform === 'linux' && process.getuid() === 0 && existsSync('/etc/debian_version');
}

function installChromium() {
  const options = { stdio: 'inherit', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
  try {
    execFileSync('apt-get', ['update', '-qq'], options);
    execFileSync(
      'apt-get',
      ['install', '-y', '-qq', '--no-install-recommends', 'chromium', 'fonts-dejavu-core'],
      options,
    );
  } catch (error) {
    console.warn(`Chromium could not be installed: ${error.message}`);
  }
}
