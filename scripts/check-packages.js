/** Packages with known weaknesses fail the check, and so does a bill of materials that cannot be made or is not complete. */
import { readFileSync } from 'node:fs';
import { billOfMaterials, findWeaknesses } from './npm-reports.js';

const { components = [], bomFormat } = billOfMaterials();
const listed = new Set(components.map(({ name }) => name));
const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
const missing = Object.keys(dependencies).filter((name) => !listed.has(name));
const problems = [];
if (bomFormat !== 'CycloneDX') problems.push('npm sbom gives no bill of materials.');
else if (missing.length > 0) problems.push(`The bill of materials lacks ${missing.join(', ')}.`);

const weak = findWeaknesses();
if (weak === null)
  process.stdout.write(
    '*** NOT CHECKED: the registry did not answer npm audit, so known weaknesses of packages are not known here. ***\n',
  );
else problems.push(...weak.map((name) => `Known weakness: ${name}. See npm audit.`));

process.stdout.write(`${components.length} packages in the bill of materials\n${problems.join('\n')}\n`);
process.exitCode = problems.length > 0 ? 1 : 0;
