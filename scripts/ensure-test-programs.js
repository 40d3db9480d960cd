// Makes sure that the tests have a browser, a PostgreSQL server and curl: takes what is installed, gets Debian's packages
// where it may, and otherwise says loudly which tests will be skipped (with CI=true it fails).
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { findBrowser } from './find-browser.js';
import { findOnPath } from './find-on-path.js';
import { findPostgres } from './find-postgres.js';

const programs = [
  {
    name: 'a Chrome or Chromium',
    tests: 'THE BROWSER TESTS',
    find: findBrowser,
    packages: ['chromium', 'fonts-dejavu-core'],
  },
  {
    name: 'PostgreSQL 14 or later',
    tests: 'THE TESTS ON POSTGRESQL',
    find: findPostgres,
    packages: ['postgresql'],
  },
  {
    name: 'curl',
    tests: 'THE TESTS OF THE EXAMPLES OF THE API',
    find: () => findOnPath('curl'),
    packages: ['curl'],
  },
];

const missing = programs.filter(({ find }) => !find());
if (missing.length > 0 && mayInstall()) install(missing.flatMap(({ packages }) => packages));

for (const { name, tests, find } of programs) {
  const found = find();
  if (found) console.log(`The tests will use ${found}.`);
  else if (process.env.CI === 'true') {
    console.error(`CI needs ${name}, and there is none.`);
    process.exitCode = 1;
  } else console.warn(`*** ${name} was not found: ${tests} WILL BE SKIPPED. ***`);
}

function mayInstall() {
  return process.platform === 'linux' && process.getuid() === 0 && existsSync('/etc/debian_version');
}

function install(packages) {
  const options = { stdio: 'inherit', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
  try {
    execFileSync('apt-get', ['update', '-qq'], options);
    execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], options);
  } catch (error) {
    console.warn(`${packages.join(', ')} could not be installed: ${error.message}`);
  }
}
