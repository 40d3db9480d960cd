/**
 * False alarms and power of monitoring: files without any shift, and files with a shift in one of 19 columns.
 *
 *   npx tsx bench/monitoring.ts [--sizes 500,…] [--files 1000] [--shifted 100] [--pool 400000] [--seed 1]
 *
 * `--files`: without a shift, in equal numbers of every size; `--shifted`: of every size and kind of shift. Prints Markdown tables.
 */
import { parseArgs } from 'node:util';
import { createRandom } from '../src/ml/math/random.ts';
import { createFinder, createPool, drawFile, plantShift, shifts } from './monitoring-simulation.ts';

const { values } = parseArgs({
  options: {
    sizes: { type: 'string', default: '500,2000,10000,50000,200000' },
    files: { type: 'string', default: '1000' },
    shifted: { type: 'string', default: '100' },
    pool: { type: 'string', default: '400000' },
    seed: { type: 'string', default: '1' },
  },
});
const sizes = values.sizes.split(',').map(Number);
const pool = createPool(Number(values.pool), Number(values.seed));
const find = createFinder(pool);
const random = createRandom(Number(values.seed));
const columns = pool.model.schema.features;

console.log('| rows | files | with a false alarm |\n|---:|---:|---:|');
for (const size of sizes) {
  const files = Number(values.files) / sizes.length;
  let alarms = 0;
  for (let i = 0; i < files; i++) if (find(drawFile(pool, size, random)).length > 0) alarms++;
  console.log(`| ${size} | ${files} | ${alarms} |`);
}

console.log('\n| rows | shift | files | found | other columns named |\n|---:|---|---:|---:|---:|');
for (const size of sizes)
  for (const shift of shifts) {
    const files = Number(values.shifted);
    let [found, others] = [0, 0];
    for (let i = 0; i < files; i++) {
      const column = i % columns.length;
      const named = find(plantShift(drawFile(pool, size, random), column, shift)).map((one) => one.column);
      if (named.includes(columns[column]!.name)) found++;
      others += new Set(named.filter((name) => name !== null && name !== columns[column]!.name)).size;
    }
    console.log(`| ${size} | ${shift} | ${files} | ${found} | ${others} |`);
  }
