/** What npm knows of the packages that Holdfast runs with: known weaknesses, and the bill of materials. */
import { spawnSync } from 'node:child_process';

/** @param {string[]} words */
function npm(...words) {
  const windows = process.platform === 'win32';
  return spawnSync('npm', words, { encoding: 'utf8', maxBuffer: 1 << 26, timeout: 30_000, shell: windows })
    .stdout;
}

/** @param {string} text */
function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

/**
 * Packages with a weakness that is known as high or critical; null: the registry did not answer.
 * @returns {string[] | null}
 */
export function findWeaknesses() {
  const { vulnerabilities } = parse(npm('audit', '--omit', 'dev', '--json', '--fetch-retries', '0'));
  if (vulnerabilities === undefined) return null;
  return Object.values(vulnerabilities)
    .filter(({ severity }) => severity === 'high' || severity === 'critical')
    .map(({ name, severity, range }) => `${name} ${range} (${severity})`);
}

const onlyForDevelopment = 'cdx:npm:package:development';

/**
 * CycloneDX, of what package-lock.json names, without what only development needs. (With --omit dev, npm leaves out packages that both need.)
 * @returns {{ bomFormat?: string, components?: { name: string, version: string }[] }}
 */
export function billOfMaterials() {
  const {
    components = [],
    dependencies = [],
    ...bill
  } = parse(npm('sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'));
  const kept = components.filter(
    ({ properties = [] }) => !properties.some(({ name }) => name === onlyForDevelopment),
  );
  const refs = new Set([bill.metadata?.component?.['bom-ref'], ...kept.map((one) => one['bom-ref'])]);
  const links = dependencies
    .filter(({ ref }) => refs.has(ref))
    .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter((one) => refs.has(one)) }));
  return { ...bill, components: kept, dependencies: links };
}
