import { chmodSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createServerFolder } from './helpers/server.ts';
import type { ServerFolder } from './helpers/server.ts';

let folder: ServerFolder;
beforeEach(() => {
  folder = createServerFolder();
});
afterEach(() => {
  folder.remove();
});

const rightsOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

describe('the files of a running server', { timeout: 120_000 }, () => {
  it('are for its user alone: 0600 and 0700, the log of the database included', async () => {
    const server = await folder.start({ SAMPLE_DATA: 'off' });
    try {
      const names = ['data', 'models', 'uploads'];
      expect(names.map((name) => rightsOf(join(folder.path, name)))).toEqual(['700', '700', '700']);
      const files = readdirSync(join(folder.path, 'data'));
      expect(files).toContain('holdfast.db-wal');
      for (const name of files)
        expect([name, rightsOf(join(folder.path, 'data', name))]).toEqual([name, '600']);
    } finally {
      await server.stop();
    }
  });

  it('that others could read before are closed to them', async () => {
    const data = join(folder.path, 'data');
    mkdirSync(data);
    writeFileSync(join(data, 'holdfast.db'), '');
    chmodSync(data, 0o755);
    chmodSync(join(data, 'holdfast.db'), 0o644);
    const server = await folder.start({ SAMPLE_DATA: 'off' });
    try {
      expect([rightsOf(data), rightsOf(join(data, 'holdfast.db'))]).toEqual(['750', '640']);
    } finally {
      await server.stop();
    }
  });
});
