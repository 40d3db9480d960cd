/**
 * Makes a release: node scripts/release.js VERSION [--dry-run]. It sets the version, dates the section of the changelog, builds, and
 * writes the program, the bill of materials and their SHA-256 to release/VERSION; with Docker also the image. It commits and
 * uploads nothing. With --dry-run it says what it would do.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { billOfMaterials, findWeaknesses } from './npm-reports.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { 'dry-run': { type: 'boolean', default: false } },
});
const version = positionals[0] ?? '';
const isDry = values['dry-run'];
const folder = join('release', version);
const unreleased = '## Unreleased';

/** @param {string} words */
function say(words) {
  process.stdout.write(`${words}\n`);
}

/** @param {string} problem @returns {never} */
function stop(problem) {
  process.stderr.write(`release: ${problem}\n`);
  process.exit(1);
}

/** @param {string} command @param {string[]} words */
function run(command, ...words) {
  const { status, stdout } = spawnSync(command, words, {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) stop(`${command} ${words.join(' ')} failed.`);
  return stdout;
}

/** @param {string} text */
function numbersOf(text) {
  const [, ...numbers] = /^(\d+)\.(\d+)\.(\d+)$/.exec(text) ?? stop(`'${text}' is no version such as 1.2.3.`);
  return numbers.map(Number);
}

/** @param {string} before */
function requireLater(before) {
  const [now, then] = [numbersOf(version), numbersOf(before)];
  const place = now.findIndex((number, i) => number !== then[i]);
  if (place < 0 || now[place] < then[place]) stop(`${version} is not later than ${before}.`);
}

/** @param {string} action @param {() => void} work */
function step(action, work) {
  say(`${isDry ? 'would ' : ''}${action}`);
  if (!isDry) work();
}

const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
requireLater(manifest.version);
const changelog = readFileSync('CHANGELOG.md', 'utf8');
const changes = changelog.split(unreleased)[1]?.split(/\n## /)[0]?.trim() ?? '';
if (changes === '') stop(`CHANGELOG.md has nothing under '${unreleased}'.`);
if (!isDry && run('git', 'status', '--porcelain').trim() !== '') stop('Commit your changes first.');
const weak = findWeaknesses();
if (weak === null) say('*** NOT CHECKED: the registry did not answer npm audit. ***');
else if (weak.length > 0) stop(`Packages with known weaknesses: ${weak.join(', ')}`);
const bill = billOfMaterials();
if (bill.bomFormat !== 'CycloneDX') stop('npm sbom gives no bill of materials.');

step(`set the version ${manifest.version} to ${version}`, () => {
  run('npm', 'version', version, '--no-git-tag-version');
});
const date = new Date().toISOString().slice(0, 10);
step(`date the ${changes.split('\n').length} lines of changes ${date}`, () => {
  writeFileSync('CHANGELOG.md', changelog.replace(unreleased, `${unreleased}\n\n## ${version} (${date})`));
});
step('build', () => {
  run('npm', 'run', 'build');
});
step(`write the bill of materials of ${bill.components?.length} packages to ${folder}`, () => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'sbom.cdx.json'), `${JSON.stringify(bill, null, 1)}\n`);
});
step(`write the program to ${folder}`, () => {
  const files = [
    'dist',
    'views',
    'public',
    'docs',
    'package.json',
    'package-lock.json',
    'CHANGELOG.md',
    'LICENSE',
    'README.md',
  ];
  run('tar', '-czf', join(folder, `holdfast-${version}.tar.gz`), ...files);
});
if (spawnSync('docker', ['version']).status !== 0)
  say('NO IMAGE: Docker is not here. Build it where it is: docker build -t holdfast:' + version + ' .');
else
  step(`build the image holdfast:${version}`, () => {
    run('docker', 'build', '--tag', `holdfast:${version}`, '.');
  });
step(`write the checksums to ${folder}/SHA256SUMS`, () => {
  const lines = readdirSync(folder).map((name) => {
    const hash = createHash('sha256')
      .update(readFileSync(join(folder, name)))
      .digest('hex');
    return `${hash}  ${name}\n`;
  });
  writeFileSync(join(folder, 'SHA256SUMS'), lines.join(''));
});
say(`Then: git commit -am "Release ${version}" && git tag v${version}`);
