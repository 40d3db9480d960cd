/** Closes every run with one line that a person and a machine can read. */
import type { Reporter, TestModule } from 'vitest/node';

export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const counts = { passed: 0, failed: 0, skipped: 0 };
    for (const module of modules) {
      const tests = [...module.children.allTests()];
      for (const test of tests) {
        const { state } = test.result();
        if (state !== 'pending') counts[state]++;
      }
      // A file that fell over before its tests ran counts as a failure too.
      if (!module.ok() && tests.every((test) => test.result().state !== 'failed')) counts.failed++;
    }
    counts.failed += unhandledErrors.length;
    const line = `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`;
    // After every other reporter has said its last word.
    process.once('exit', () => process.stdout.write(`\n${line}\n`));
  }
}
