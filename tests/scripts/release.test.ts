/** The release script says what it would do, and refuses what is no release. */
import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';

function release(...words: string[]) {
  return spawnSync(process.execPath, ['scripts/release.js', ...words], { encoding: 'utf8' });
}

it('a dry run says every step and changes nothing', () => {
  const state = (): string => spawnSync('git', ['status', '--porcelain'], { encoding: 'utf8' }).stdout;
  const before = state();
  const { status, stdout } = release('99.0.0', '--dry-run');
  expect(status).toBe(0);
  expect(stdout).toMatch(/would set the version .* to 99\.0\.0\nwould date the \d+ lines/);
  expect(stdout).toMatch(/would write the bill of materials of \d+ packages/);
  expect(stdout).toContain('would write the checksums');
  expect(state()).toBe(before);
});

it.each(['', '1.2', '0.0.1'])("refuses the version '%s'", (version) => {
  const { status, stderr } = release(version, '--dry-run');
  expect([status, stderr]).toEqual([1, expect.stringMatching(/is no version|is not later/)]);
});
