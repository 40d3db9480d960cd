/** Runs the static checks, as many at a time as there are processors, and shows what each says once it has ended. */
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';

// The longest first.
const waiting = ['lint', 'types', 'format', 'duplicates', 'dead', 'imports', 'packages'];
let failed = 0;

/** @param {string} check */
async function run(check) {
  const child = spawn('npm', ['run', '--silent', `check:${check}`], { shell: process.platform === 'win32' });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const code = await new Promise((done) => child.once('close', done));
  if (code !== 0) failed++;
  process.stdout.write(
    `${code === 0 ? 'passed' : 'FAILED'}: ${check}\n${code === 0 ? warningsOf(output) : output}`,
  );
}

/**
 * What a check that passed could not look at.
 * @param {string} output
 */
function warningsOf(output) {
  const lines = output.split('\n').filter((line) => line.startsWith('***'));
  return lines.map((line) => `${line}\n`).join('');
}

async function runWaiting() {
  for (let check = waiting.shift(); check; check = waiting.shift()) await run(check);
}

await Promise.all(Array.from({ length: availableParallelism() }, runWaiting));
process.exitCode = failed === 0 ? 0 : 1;
